import { once } from 'node:events';
import { WebSocket } from 'ws';
import * as z from 'zod';

const answer = z.object({
  id: z.number(),
  type: z.enum(['success', 'error']),
  result: z.unknown(),
  error: z.string().optional(),
  message: z.string().optional(),
});
const event = z.object({ type: z.literal('event'), method: z.string(), params: z.unknown() });
const incoming = z.union([answer, event]);

/** WebDriver BiDi (W3C): commands and events as JSON over a WebSocket, as Firefox speaks it by itself. */
export class Bidi {
  readonly #socket: WebSocket;
  readonly #onEvent: (method: string, params: unknown) => void;
  readonly #waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  #lastId = 0;

  private constructor(socket: WebSocket, onEvent: (method: string, params: unknown) => void) {
    this.#socket = socket;
    this.#onEvent = onEvent;
    socket.on('message', data => this.#receive(data));
    socket.on('close', () => this.#failAll(new Error('The browser has closed the connection.')));
    socket.on('error', error => this.#failAll(error));
  }

  /** Connects to a browser and begins a session, in which warnings of certificates are taken for accepted. */
  static async connect(url: string, onEvent: (method: string, params: unknown) => void): Promise<Bidi> {
    const socket = new WebSocket(url);
    await once(socket, 'open');
    const bidi = new Bidi(socket, onEvent);
    const capabilities = { alwaysMatch: { acceptInsecureCerts: true } };
    await bidi.send(z.unknown(), 'session.new', { capabilities });
    return bidi;
  }

  /** @throws Error with the browser's words, or when the result is another than agreed */
  async send<T>(result: z.ZodType<T>, method: string, params: object): Promise<T> {
    const id = (this.#lastId += 1);
    const answered = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#socket.send(JSON.stringify({ id, method, params }));
    return result.parse(await answered);
  }

  close(): void {
    this.#socket.close();
  }

  #receive(data: unknown): void {
    const message = incoming.parse(JSON.parse(String(data)));
    if (message.type === 'event') {
      this.#onEvent(message.method, message.params);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.type === 'success') waiting?.resolve(message.result);
    else waiting?.reject(new Error(`${message.error}: ${message.message}`));
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
