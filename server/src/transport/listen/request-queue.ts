import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { FramewireError } from '../../errors.js';
import { refuseRequest } from './refuse-socket.js';

/** Browsers ask for one thing at a time on a connection of HTTP/1.1; some old clients send a handful ahead. */
const MOST_WAITING = 16;

/** What came ahead of the refusal has this long to be answered before the connection is cut, ms. */
const CUT_MS = 1000;

interface Line {
  answering: ServerResponse | undefined;
  readonly waiting: { request: IncomingMessage; response: ServerResponse }[];
  isCut: boolean;
}

/**
 * Has the requests of a connection answered one after the other: the next begins when the answer before it is out. Node
 * gives all of them to its listener at once, and an answer that waits behind another never hears that its connection has
 * ended: whatever it holds (a file, a picture, a place) would be held for ever.
 */
export class RequestQueue {
  readonly #onRequest: RequestListener;
  readonly #lines = new WeakMap<Duplex, Line>();

  constructor(onRequest: RequestListener) {
    this.#onRequest = onRequest;
  }

  /** Whether something is still to be written to that connection. */
  isBusy(socket: Duplex): boolean {
    return this.#lines.get(socket)?.answering !== undefined;
  }

  take(request: IncomingMessage, response: ServerResponse): void {
    const line = this.#lineOf(request.socket);
    if (line.isCut) return;
    if (line.answering === undefined) this.#answer(line, request, response);
    else if (line.waiting.length < MOST_WAITING) line.waiting.push({ request, response });
    else cut(line, request, response);
  }

  #lineOf(socket: Duplex): Line {
    let line = this.#lines.get(socket);
    if (line === undefined) {
      line = { answering: undefined, waiting: [], isCut: false };
      this.#lines.set(socket, line);
    }
    return line;
  }

  #answer(line: Line, request: IncomingMessage, response: ServerResponse): void {
    line.answering = response;
    response.once('close', () => {
      const next = line.waiting.shift();
      line.answering = next?.response;
      // Others come in between: a thousand small answers in a row would hold up every frame.
      if (next !== undefined) setImmediate(() => this.#answerNext(line, next.request, next.response));
    });
    this.#onRequest(request, response);
  }

  #answerNext(line: Line, request: IncomingMessage, response: ServerResponse): void {
    if (!request.socket.destroyed) this.#answer(line, request, response);
    else line.waiting.length = 0;
  }
}

function cut(line: Line, { socket }: IncomingMessage, response: ServerResponse): void {
  line.isCut = true;
  const message = `More than ${MOST_WAITING} requests wait for an answer on this connection.`;
  const error = new FramewireError('too-many-requests', message, 'Wait for answers before you ask for more.');
  // It follows the answers of those that wait.
  refuseRequest(response, error);
  const timer = setTimeout(() => socket.destroy(), CUT_MS);
  socket.once('close', () => clearTimeout(timer));
}
