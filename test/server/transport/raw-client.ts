import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { eventually } from '../../support/eventually.js';

/** A connection that says what the test says, and keeps its side open until it is told otherwise. */
export class RawClient implements Disposable {
  readonly #socket: Socket;
  #received = '';
  #hasEnded = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.#received += text;
    });
    socket.on('error', () => undefined);
    for (const event of ['end', 'close']) {
      socket.on(event, () => {
        this.#hasEnded = true;
      });
    }
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  /** @param ca PEM, of the authority that is trusted. */
  static async openSecure(port: number, ca: string): Promise<RawClient> {
    const socket = connectTls({ host: '127.0.0.1', port, ca });
    await once(socket, 'secureConnect');
    return new RawClient(socket);
  }

  get received(): string {
    return this.#received;
  }

  say(...lines: readonly string[]): void {
    this.write(`${lines.join('\r\n')}\r\n\r\n`);
  }

  /** Says that as it is. */
  write(bytes: string | Buffer): void {
    this.#socket.write(bytes);
  }

  /** Waits until the server has sent that. */
  async hears(text: string): Promise<void> {
    await eventually(() => this.#received.includes(text), `"${text}" from the server`);
  }

  async ends(): Promise<void> {
    await eventually(() => this.#hasEnded, 'end of the connection');
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
