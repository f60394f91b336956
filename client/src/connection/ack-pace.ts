import { MAX_ACK_GAP_MS, MAX_DECODE_QUEUE, type Ack } from '@framewire/shared/ack';

/** What the server allows: `acks` of the protocol. */
export interface AckAllowance {
  /** Frames that one acknowledgement may cover. */
  readonly every: number;
  /** A payload that took longer on its way, or came so much later than the frame acknowledged last, is acknowledged at once, ms. */
  readonly slowMs: number;
}

/** Until the server says otherwise every frame is acknowledged. */
export const EVERY_FRAME: AckAllowance = { every: 1, slowMs: 0 };

/**
 * Which acknowledgements are sent: all that the server wants to see, and the others never. Times are those of the
 * acknowledgements themselves.
 */
export class AckPace {
  #allowance = EVERY_FRAME;
  #sent: Pick<Ack, 'receivedAt' | 'hidden'> | undefined;
  #covered = 0;
  /** From capture to arrival, each on its own clock: of the newest frame, and of the one that was acknowledged last, ms. */
  #delayMs = 0;
  #sentDelayMs = 0;
  #held: Ack | undefined;

  /** @returns the acknowledgement that was held back and is owed now, if there is one. */
  allow(allowance: AckAllowance): Ack | undefined {
    const isLess = allowance.every < this.#allowance.every;
    this.#allowance = allowance;
    return isLess ? this.#take(this.#held) : undefined;
  }

  /**
   * @param capturedAt ms on the server's clock.
   * @returns the acknowledgement when it is to be sent now; else it is held until a later one covers its frame.
   */
  arrived(ack: Ack, capturedAt: number): Ack | undefined {
    this.#covered += 1;
    this.#delayMs = ack.receivedAt - capturedAt;
    this.#held = ack;
    return this.#isDue(ack) ? this.#take(ack) : undefined;
  }

  #isDue({ receivedAt, payloadMs, held, hidden, decodeError, needsKey, decodeQueue, clientDropped }: Ack): boolean {
    const { every, slowMs } = this.#allowance;
    return (
      this.#covered >= every ||
      this.#sent === undefined ||
      receivedAt - this.#sent.receivedAt >= MAX_ACK_GAP_MS ||
      payloadMs > slowMs ||
      this.#delayMs - this.#sentDelayMs > slowMs ||
      held === 'payload' ||
      hidden !== this.#sent.hidden ||
      decodeError ||
      needsKey ||
      clientDropped > 0 ||
      decodeQueue > MAX_DECODE_QUEUE
    );
  }

  #take(ack: Ack | undefined): Ack | undefined {
    if (ack === undefined) return undefined;
    this.#sent = ack;
    this.#sentDelayMs = this.#delayMs;
    this.#covered = 0;
    this.#held = undefined;
    return ack;
  }
}
