import type { Held } from '@framewire/shared/ack';
import { BadMessageError } from '@framewire/shared/bad-message';
import { decodeClockPong, type ClockPong } from '@framewire/shared/clock';
import { decodeFrameHeader, type FrameHeader } from '@framewire/shared/frame-header';
import * as MESSAGE_TYPE from '@framewire/shared/message-type';

/** A header and its payload, with the times of their arrival. */
export interface Arrival {
  header: FrameHeader;
  payload: Uint8Array<ArrayBuffer>;
  /** When the payload came, ms. */
  receivedAt: number;
  /** From the header's arrival to the payload's, ms. */
  payloadMs: number;
  /** What of it may have come earlier than that, because a thread on its way was busy; ... */
  held: Held;
  /** ... and the payload by how much at most, ms. */
  heldMs: number;
}

/** What a binary message turned out to be. */
export type Received =
  /** A header; its payload is the next message. */
  | { type: 'header' }
  | { type: 'frame'; arrival: Arrival }
  | { type: 'pong'; pong: ClockPong }
  /** Left out; `reason` is a sentence. */
  | { type: 'bad'; reason: string };

/**
 * Puts the binary messages of one connection together. A payload has no type of its own, it is what follows a header;
 * so a message that cannot be the payload that was announced is looked at as if nothing had been, and a header whose
 * payload never comes costs one frame, not the connection.
 */
export class Receiver {
  #announced: { header: FrameHeader; at: number; isHeld: boolean } | undefined;

  /** @param at when the message was handed over, ms. @param heldMs by how much earlier it may have come */
  receive(message: Uint8Array<ArrayBuffer>, at: number, heldMs = 0): Received {
    const announced = this.#announced;
    if (announced === undefined) return this.#start(message, at, heldMs);
    this.#announced = undefined;
    const { header } = announced;
    if (message.byteLength === header.payloadBytes) {
      const held = heldMs > 0 ? 'payload' : announced.isHeld ? 'header' : 'none';
      const arrival = { header, payload: message, receivedAt: at, payloadMs: at - announced.at, held, heldMs } as const;
      return { type: 'frame', arrival };
    }
    const instead = this.#start(message, at, heldMs);
    if (instead.type !== 'bad') return instead;
    const reason = `Frame ${header.seq} was announced with ${header.payloadBytes} bytes and came with ${message.byteLength}.`;
    return { type: 'bad', reason };
  }

  #start(message: Uint8Array<ArrayBuffer>, at: number, heldMs: number): Received {
    try {
      switch (message[0]) {
        case MESSAGE_TYPE.frame:
          this.#announced = { header: decodeFrameHeader(message), at, isHeld: heldMs > 0 };
          return { type: 'header' };
        case MESSAGE_TYPE.clock:
          return { type: 'pong', pong: decodeClockPong(message) };
        default:
          return { type: 'bad', reason: describe(message) };
      }
    } catch (error) {
      if (error instanceof BadMessageError) return { type: 'bad', reason: error.message };
      throw error;
    }
  }
}

function describe(message: Uint8Array): string {
  return (
    `A binary message of ${message.byteLength} bytes that starts with ${message[0] ?? 'nothing'} is neither ` +
    'a frame header nor a clock sample.'
  );
}
