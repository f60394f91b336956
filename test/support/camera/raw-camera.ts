import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/** Answers one request. @param request its first line and headers. */
export type Answering = (socket: Socket, request: string) => void;

/** A camera that answers with bytes of the test's own, whatever HTTP says about them. */
export class RawCamera implements AsyncDisposable {
  readonly port: number;
  /** First line and headers of each request. */
  readonly requests: string[] = [];
  answer: Answering;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  /** @param host an address of this machine. */
  static async open(answer: Answering, host = '127.0.0.1'): Promise<RawCamera> {
    const server = createServer();
    server.listen(0, host);
    await once(server, 'listening');
    return new RawCamera(server, answer);
  }

  private constructor(server: Server, answer: Answering) {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The camera has no port.');
    this.port = address.port;
    this.answer = answer;
    this.#server = server;
    server.on('connection', socket => {
      this.#sockets.add(socket);
      let received = '';
      socket
        .on('data', (chunk: Buffer) => {
          received += chunk.toString('latin1');
          for (let end = received.indexOf('\r\n\r\n'); end >= 0; end = received.indexOf('\r\n\r\n')) {
            const request = received.slice(0, end);
            received = received.slice(end + 4);
            this.requests.push(request);
            this.answer(socket, request);
          }
        })
        .on('error', () => undefined)
        .on('close', () => this.#sockets.delete(socket));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/video`;
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#sockets.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
