import type { FramewireError } from '../../../server/src/errors.js';
import type { Picture, Pixels, SourceInfo } from '../../../server/src/frames.js';
import type { Source } from '../../../server/src/source/source.js';

const INFO: SourceInfo = { width: 640, height: 360, fps: 30, isJpeg: false, description: 'fake 640x360' };

/** A picture that knows whether it was freed. */
export class FakePicture implements Picture {
  readonly width = 640;
  readonly height = 360;
  readonly capturedAt: number;
  readonly jpeg?: Uint8Array;
  freed = 0;

  /** @param jpeg what a camera that makes JPEGs would have given. */
  constructor(capturedAt: number, jpeg?: Uint8Array) {
    this.capturedAt = capturedAt;
    if (jpeg !== undefined) this.jpeg = jpeg;
  }

  pixels(): Promise<Pixels> {
    return Promise.reject(new Error('A fake picture has no pixels.'));
  }

  free(): void {
    this.freed += 1;
  }
}

/** A source that gives what the test puts in, and only then. */
export class FakeSource implements Source {
  info = INFO;
  waitsForKeyFrame = false;
  readonly pictures: FakePicture[] = [];
  /** Pictures that were not yet freed when it was closed; a real one would wait for them. */
  heldAtClose: number | undefined;
  #reading: { resolve: (picture: Picture) => void; reject: (error: unknown) => void } | undefined;
  #closesAfter: Promise<void> = Promise.resolve();

  get isRead(): boolean {
    return this.#reading !== undefined;
  }

  get isClosed(): boolean {
    return this.heldAtClose !== undefined;
  }

  read(): Promise<Picture> {
    return new Promise((resolve, reject) => {
      this.#reading = { resolve, reject };
    });
  }

  close(): Promise<void> {
    this.heldAtClose = this.pictures.filter(({ freed }) => freed === 0).length;
    return this.#closesAfter;
  }

  /** Answers the pending read with a picture. */
  give(capturedAt = 0): FakePicture {
    const picture = new FakePicture(capturedAt);
    this.pictures.push(picture);
    this.#take().resolve(picture);
    return picture;
  }

  /** Fails the pending read. */
  fail(error: FramewireError | Error): void {
    this.#take().reject(error);
  }

  /** From now on its `close` never comes back. */
  hang(): void {
    this.#closesAfter = new Promise(() => undefined);
  }

  #take(): { resolve: (picture: Picture) => void; reject: (error: unknown) => void } {
    const reading = this.#reading;
    if (reading === undefined) throw new Error('Nobody reads.');
    this.#reading = undefined;
    return reading;
  }
}
