import type { Picture, Pixels, SourceInfo } from '../frames.js';
import { FrameTurner } from './ffmpeg/frame-turner.js';
import {
  UPRIGHT,
  compose,
  describeOrientation,
  isSameOrientation,
  isUpright,
  turnedSize,
  type Orientation,
} from './orientation.js';
import type { Source } from './source.js';

/** What becomes of a picture. */
interface Turning {
  readonly orientation: Orientation;
  /** It goes on untouched, its JPEG too. */
  readonly isUntouched: boolean;
}

/**
 * A source whose pictures are upright. A JPEG that says itself how it is to be turned is never handed on: some viewers
 * heed that, others do not, and what is added by hand would be lost with either.
 */
export class OrientedSource implements Source {
  readonly #source: Source;
  readonly #added: Orientation;
  readonly #turner = new FrameTurner();
  /** Of the last picture; another object when it has changed. */
  #turning: Turning;
  #info: { of: SourceInfo; turning: Turning; shown: SourceInfo } | undefined;

  /** Takes the source over. @param added to what it says itself. */
  constructor(source: Source, added: Orientation) {
    this.#source = source;
    this.#added = added;
    this.#turning = this.#turningOf(undefined);
  }

  get waitsForKeyFrame(): boolean {
    return this.#source.waitsForKeyFrame === true;
  }

  get info(): SourceInfo {
    const of = this.#source.info;
    const turning = this.#turning;
    if (this.#info?.of !== of || this.#info.turning !== turning) this.#info = { of, turning, shown: show(of, turning) };
    return this.#info.shown;
  }

  async read(): Promise<Picture> {
    const picture = await this.#source.read();
    const turning = this.#turningOf(picture.orientation);
    const { orientation, isUntouched } = turning;
    const isAsBefore =
      this.#turning.isUntouched === isUntouched && isSameOrientation(this.#turning.orientation, orientation);
    if (!isAsBefore) this.#turning = turning;
    if (isUntouched) return picture;
    let turned: Promise<Pixels> | undefined;
    return {
      capturedAt: picture.capturedAt,
      ...turnedSize(picture, orientation),
      // Once for all who ask, and not for pictures that nobody sees.
      pixels: () => (turned ??= picture.pixels().then(pixels => this.#turn(pixels, orientation))),
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

  /** @param own that the picture has of itself, which counts more than the source's. */
  #turningOf(own: Orientation | undefined): Turning {
    const orientation = compose(own ?? this.#source.orientation ?? UPRIGHT, this.#added);
    return { orientation, isUntouched: isUpright(orientation) && (own === undefined || isUpright(own)) };
  }

  async #turn(pixels: Pixels, orientation: Orientation): Promise<Pixels> {
    if (pixels.kind === 'frame') return { kind: 'frame', frame: await this.#turner.turn(pixels.frame, orientation) };
    const { turnMat } = await import('./opencv/turn-mat.js');
    return { kind: 'mat', mat: await turnMat(pixels.mat, orientation) };
  }
}

function show(of: SourceInfo, { orientation, isUntouched }: Turning): SourceInfo {
  if (isUntouched) return of;
  const description = isUpright(orientation)
    ? of.description
    : `${of.description}, ${describeOrientation(orientation)}`;
  return { ...of, ...turnedSize(of, orientation), isJpeg: false, description };
}

function freePixels(pixels: Pixels): void {
  if (pixels.kind === 'frame') pixels.frame.free();
  else pixels.mat.release();
}
