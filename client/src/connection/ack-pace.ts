import { MAX_ACK_GAP_MS, MAX_DECODE_QUEUE, type Ack } from '@framewire/shared/ack';
import type { AckAllowance } from '@framewire/shared/control';

/** Frames that come less often than the server thinks are not missed before this many times the last interval. */
const PATIENCE = 1.5;

interface Arrived extends Ack {
  /** From its capture to its arrival, each on its own clock, ms. */
  readonly delayMs: number;
}

/**
 * Which acknowledgements are sent: all that the server wants to see, and the others never. Times are those of the
 * acknowledgements themselves.
 */
export class AckPace {
  /** Until the server says otherwise every frame is acknowledged. */
  #allowance: AckAllowance = { every: 1, slowMs: 0 };
  #newest: Arrived | undefined;
  /** The one that was acknowledged last. */
  #sent: Arrived | undefined;
  #covered = 0;
  #intervalMs = 0;

  /** When nothing has come for so long after the newest frame, `repeat` is to be called, ms; Infinity: never. */
  get silenceMs(): number {
    return Math.max(this.#allowance.silenceMs ?? Infinity, PATIENCE * this.#intervalMs);
  }

  /** @returns the acknowledgement that was held back and is owed now, if there is one. */
  allow(allowance: AckAllowance): Ack | undefined {
    this.#allowance = allowance;
    return this.#covered > 0 ? this.repeat() : undefined;
  }

  /**
   * @param capturedAt ms on the server's clock.
   * @returns the acknowledgement when it is to be sent now; else it is held until a later one covers its frame.
   */
  arrived(ack: Ack, capturedAt: number): Ack | undefined {
    this.#intervalMs = ack.receivedAt - (this.#newest?.receivedAt ?? -Infinity);
    this.#newest = { ...ack, delayMs: ack.receivedAt - capturedAt };
    this.#covered += 1;
    return this.#isDue(this.#newest) ? this.repeat() : undefined;
  }

  /** @returns the acknowledgement of the newest frame, whether or not it was sent before: it tells that nothing has come since. */
  repeat(): Ack | undefined {
    this.#sent = this.#newest;
    this.#covered = 0;
    return this.#newest;
  }

  #isDue(ack: Arrived): boolean {
    const { every, slowMs } = this.#allowance;
    return (
      this.#covered >= every ||
      this.#sent === undefined ||
      ack.receivedAt - this.#sent.receivedAt >= MAX_ACK_GAP_MS ||
      ack.payloadMs > slowMs ||
      ack.delayMs - this.#sent.delayMs > slowMs ||
      ack.held === 'payload' ||
      ack.hidden !== this.#sent.hidden ||
      ack.decodeError ||
      ack.needsKey ||
      ack.clientDropped > 0 ||
      ack.decodeQueue > MAX_DECODE_QUEUE
    );
  }
}
