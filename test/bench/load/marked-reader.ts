import type { Reader, ReaderEvents } from './reader.js';
import { WIRE_ACK_BYTES } from './websocket-reader.js';

const MARK_BYTES = 12;
const ANSWER = Buffer.alloc(WIRE_ACK_BYTES);

/** Reads what the floors send: messages that start with their length and the time at which they were made. */
export class MarkedReader implements Reader {
  readonly greeting = '';
  readonly #events: ReaderEvents;
  readonly #answers: boolean;
  readonly #keeps: boolean;
  #mark = Buffer.alloc(0);
  #left = 0;

  constructor(answers: boolean, keeps: boolean, events: ReaderEvents) {
    this.#answers = answers;
    this.#keeps = keeps;
    this.#events = events;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#left === 0) {
        const missing = MARK_BYTES - this.#mark.length;
        this.#mark = Buffer.concat([this.#mark, chunk.subarray(at, at + missing)]);
        at = Math.min(chunk.length, at + missing);
        if (this.#mark.length === MARK_BYTES) this.#left = this.#mark.readUInt32LE(0) - MARK_BYTES;
        continue;
      }
      const taken = Math.min(this.#left, chunk.length - at);
      at += taken;
      this.#left -= taken;
      if (this.#left > 0) continue;
      if (this.#answers) this.#events.reply(ANSWER);
      this.#events.flowing();
      if (this.#keeps) this.#events.kept(this.#mark);
      this.#mark = Buffer.alloc(0);
    }
  }
}
