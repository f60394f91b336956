import { BadMessageError } from '@framewire/shared/ack';
import { CLOCK_PONG_BYTES, decodeClockPong, type ClockPong } from '@framewire/shared/clock';
import {
  decodeFrameHeader,
  FRAME_HEADER_BYTES,
  FrameHeaderError,
  type FrameHeader,
} from '@framewire/shared/frame-header';
import { MESSAGE_TYPE } from '@framewire/shared/protocol';

/** A header and its payload, with the times of their arrival. */
export interface Arrival {
  header: FrameHeader;
  payload: Uint8Array<ArrayBuffer>;
  /** When the payload came, ms. */
  receivedAt: number;
  /** From the header's arrival to the payload's, ms. */
  payloadMs: number;
}

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
  #announced: { header: FrameHeader; at: number } | undefined;

  /** @param at when the message came, ms */
  receive(message: Uint8Array<ArrayBuffer>, at: number): Received {
    const announced = this.#announced;
    if (announced === undefined) return this.#start(message, at);
    this.#announced = undefined;
    const { header } = announced;
    if (message.byteLength === header.payloadBytes) {
      const arrival = { header, payload: message, receivedAt: at, payloadMs: at - announced.at };
      return { type: 'frame', arrival };
    }
    const instead = this.#start(message, at);
    if (instead.type !== 'bad') return instead;
    const reason = `Frame ${header.seq} was announced with ${header.payloadBytes} bytes and came with ${message.byteLength}.`;
    return { type: 'bad', reason };
  }

  #start(message: Uint8Array<ArrayBuffer>, at: number): Received {
    try {
      switch (message[0]) {
        case MESSAGE_TYPE.frame:
          this.#announced = { header: decodeFrameHeader(message), at };
          return { type: 'header' };
        case MESSAGE_TYPE.clock:
          return { type: 'pong', pong: decodeClockPong(message) };
        default:
          return { type: 'bad', reason: describe(message) };
      }
    } catch (error) {
      if (error instanceof FrameHeaderError || error instanceof BadMessageError) {
        return { type: 'bad', reason: error.message };
      }
      throw error;
    }
  }
}

function describe(message: Uint8Array): string {
  const first = message[0] === undefined ? 'nothing' : `byte ${message[0]}`;
  return (
    `A binary message of ${message.byteLength} bytes that starts with ${first} is neither a frame header ` +
    `(${FRAME_HEADER_BYTES} bytes) nor a clock sample (${CLOCK_PONG_BYTES}).`
  );
}
