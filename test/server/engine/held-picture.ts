import { AV_PIX_FMT_YUV420P } from 'node-av/constants';
import { Frame } from 'node-av/lib';
import type { FrameHeader } from '@framewire/shared/frame-header';
import type { Picture, Pixels } from '../../../server/src/frames.js';
import { monotonicMs } from '../../../server/src/time/monotonic.js';

export const SIZE = { width: 64, height: 36 };

/** A grey picture whose pixels come when the test says so: first to whom asked first. */
export class HeldPicture implements Picture {
  readonly width = SIZE.width;
  readonly height = SIZE.height;
  readonly capturedAt: number;
  /** How often. */
  asked = 0;
  freed = 0;
  readonly #frame = Frame.fromVideoBuffer(Buffer.alloc((64 * 36 * 3) / 2, 128), {
    ...SIZE,
    format: AV_PIX_FMT_YUV420P,
  });
  readonly #answers: { resolve: (pixels: Pixels) => void; reject: (error: Error) => void }[] = [];

  constructor(capturedAt = monotonicMs()) {
    this.capturedAt = capturedAt;
  }

  pixels(): Promise<Pixels> {
    this.asked += 1;
    return new Promise((resolve, reject) => {
      this.#answers.push({ resolve, reject });
    });
  }

  free(): void {
    this.freed += 1;
    this.#frame.free();
  }

  show(): void {
    this.#answers.shift()?.resolve({ kind: 'frame', frame: this.#frame });
  }

  fail(message: string): void {
    this.#answers.shift()?.reject(new Error(message));
  }
}

/** Takes frames, and says that it is free when the test does. */
export class Output {
  isClear = true;
  readonly frames: { header: FrameHeader; payload: Uint8Array }[] = [];

  write(header: FrameHeader, payload: Uint8Array): void {
    this.frames.push({ header, payload });
  }
}
