import type { Mat, VideoCapture } from '@u4/opencv4nodejs';
import type { OpenCv } from '../../opencv.js';

/**
 * OpenCV's VideoCapture, read in a thread of libuv's pool. A reader is touched by one thread at a time: OpenCV does
 * not lock, so asking or releasing it while a read is under way would end the process.
 */
export class OpenCvReader {
  readonly #capture: VideoCapture;
  #busy: Promise<unknown> = Promise.resolve();

  private constructor(capture: VideoCapture) {
    this.#capture = capture;
  }

  /**
   * Holds the event loop until the input is open: the binding has no other way.
   *
   * @param api which of OpenCV's backends: `CAP_V4L2`, `CAP_FFMPEG`.
   * @returns undefined when OpenCV cannot open it; it never says why.
   */
  static open(cv: OpenCv, input: string, api: number): OpenCvReader | undefined {
    try {
      return new OpenCvReader(new cv.VideoCapture(input, api));
    } catch {
      return undefined;
    }
  }

  /** @returns the picture, the caller's to release; undefined at the end, or when the device is gone. */
  async read(): Promise<Mat | undefined> {
    const mat = await this.#alone(() => this.#capture.readAsync());
    if (!mat.empty) return mat;
    mat.release();
    return undefined;
  }

  /** A property (`CAP_PROP_…`); 0 where the backend does not know it. Not while a read is under way. */
  get(property: number): number {
    return this.#capture.get(property);
  }

  /** Asks for properties, one after the other; what came of it is to be read back. */
  async set(properties: readonly (readonly [property: number, value: number])[]): Promise<void> {
    for (const [property, value] of properties) await this.#alone(() => this.#capture.setAsync(property, value));
  }

  /** Waits for the read that is under way. */
  async close(): Promise<void> {
    await this.#busy;
    this.#capture.release();
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#busy.then(work);
    this.#busy = done.catch(() => undefined);
    return done;
  }
}
