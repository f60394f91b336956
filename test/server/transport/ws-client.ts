import { WebSocket } from 'ws';
import { eventually } from '../../support/eventually.js';

type Headers = Record<string, string>;

/** A WebSocket viewer that keeps all it is sent, and sends what the test says. */
export class WsClient implements Disposable {
  readonly #ws: WebSocket;
  readonly texts: string[] = [];
  readonly binaries: Buffer[] = [];
  /** What came in place of an upgrade. */
  status: number | undefined;
  closeReason = '';
  #closeCode: number | undefined;

  private constructor(ws: WebSocket) {
    this.#ws = ws;
    ws.on('message', (data, isBinary) => {
      if (!Buffer.isBuffer(data)) return;
      if (isBinary) this.binaries.push(data);
      else this.texts.push(data.toString('utf8'));
    });
    ws.on('close', (code, reason) => {
      this.#closeCode = code;
      this.closeReason = reason.toString();
    });
    ws.on('error', () => undefined);
    ws.on('unexpected-response', (_, { statusCode }) => {
      this.status = statusCode;
      ws.terminate();
    });
  }

  static async open(
    port: number,
    { query = '', protocols = [], headers = {} }: { query?: string; protocols?: string[]; headers?: Headers } = {},
  ): Promise<WsClient> {
    const ws = new WebSocket(`ws://127.0.0.1:${port}/ws${query}`, protocols, { headers });
    const client = new WsClient(ws);
    await eventually(() => ws.readyState !== ws.CONNECTING, 'connection');
    return client;
  }

  /** @param message a text as it is, or what becomes JSON. */
  say(message: object | Uint8Array | string): void {
    const isReady = message instanceof Uint8Array || typeof message === 'string';
    this.#ws.send(isReady ? message : JSON.stringify(message));
  }

  /** What the server has agreed to speak; empty for nothing in particular. */
  get protocol(): string {
    return this.#ws.protocol;
  }

  /** Waits for a text message with that in it, and gives it. */
  async hears(part: string): Promise<unknown> {
    const text = await eventually(() => this.texts.find(candidate => candidate.includes(part)), `message with ${part}`);
    return JSON.parse(text);
  }

  /** Waits for the end of the connection, and gives its close code. */
  async closed(): Promise<number> {
    return eventually(() => this.#closeCode, 'close');
  }

  [Symbol.dispose](): void {
    this.#ws.terminate();
  }
}
