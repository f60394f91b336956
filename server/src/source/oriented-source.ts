import type { Picture, Pixels, SourceInfo } from '../frames.js';
import { FrameTurner } from './ffmpeg/frame-turner.js';
import { describeOrientation, turnedSize, type Orientation } from './orientation.js';
import type { Source } from './source.js';

/** A source whose pictures are turned before anybody sees them; its JPEGs are never handed on. */
export class OrientedSource implements Source {
  readonly #source: Source;
  readonly #orientation: Orientation;
  readonly #turner: FrameTurner;
  #info: { of: SourceInfo; turned: SourceInfo } | undefined;

  /** Takes the source over. */
  constructor(source: Source, orientation: Orientation) {
    this.#source = source;
    this.#orientation = orientation;
    this.#turner = new FrameTurner(orientation);
  }

  get waitsForKeyFrame(): boolean {
    return this.#source.waitsForKeyFrame === true;
  }

  get info(): SourceInfo {
    const of = this.#source.info;
    if (this.#info?.of !== of) {
      const description = `${of.description}, ${describeOrientation(this.#orientation)}`;
      this.#info = { of, turned: { ...of, ...turnedSize(of, this.#orientation), isJpeg: false, description } };
    }
    return this.#info.turned;
  }

  async read(): Promise<Picture> {
    const picture = await this.#source.read();
    let turned: Promise<Pixels> | undefined;
    return {
      capturedAt: picture.capturedAt,
      ...turnedSize(picture, this.#orientation),
      // Once for all who ask, and not for pictures that nobody sees.
      pixels: () => (turned ??= picture.pixels().then(pixels => this.#turn(pixels))),
      free: () => {
        if (turned === undefined) picture.free();
        // What went wrong was thrown by `pixels`.
        else void turned.then(freePixels, () => undefined).then(() => picture.free());
      },
    };
  }

  async close(): Promise<void> {
    await this.#source.close();
    await this.#turner.close();
  }

  async #turn(pixels: Pixels): Promise<Pixels> {
    if (pixels.kind === 'frame') return { kind: 'frame', frame: await this.#turner.turn(pixels.frame) };
    const { turnMat } = await import('./opencv/turn-mat.js');
    return { kind: 'mat', mat: await turnMat(pixels.mat, this.#orientation) };
  }
}

function freePixels(pixels: Pixels): void {
  if (pixels.kind === 'frame') pixels.frame.free();
  else pixels.mat.release();
}
