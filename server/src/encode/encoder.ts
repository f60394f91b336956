import type { RenditionSpec } from '@framewire/shared/rendition';
import type { Picture } from '../frames.js';
import { FfmpegJpegEncoder, ffmpegReaches } from './ffmpeg-jpeg.js';

/** What quality `source` becomes when a picture of the source is no JPEG: visually lossless. */
export const QUALITY_OF_SOURCE = 90;

/** Makes one rendition's payloads. Calls come one after the other. */
export interface Encoder extends Disposable {
  /** @returns a whole JPEG, owned by the caller. The picture stays the caller's. @throws Error when it cannot. */
  encode(picture: Picture): Promise<Uint8Array>;
}

/**
 * The encoder for a rendition. FFmpeg's is three times faster than libjpeg-turbo from RGB, but its steps are too
 * coarse for the ends of IJG's scale; those few viewers are served by sharp.
 */
export async function openEncoder(spec: RenditionSpec): Promise<Encoder> {
  if (spec.quality === 'source') return new PassThrough(spec, new FfmpegJpegEncoder(spec, QUALITY_OF_SOURCE));
  if (ffmpegReaches(spec.quality)) return new FfmpegJpegEncoder(spec, spec.quality);
  // Loaded when needed: it would add a tenth of a second to every start.
  const { SharpJpegEncoder } = await import('./sharp-jpeg.js');
  return new SharpJpegEncoder(spec, spec.quality);
}

/** Hands the source's own JPEG on, untouched, wherever it has the size that is wanted. */
class PassThrough implements Encoder {
  readonly #spec: RenditionSpec;
  readonly #otherwise: Encoder;

  constructor(spec: RenditionSpec, otherwise: Encoder) {
    this.#spec = spec;
    this.#otherwise = otherwise;
  }

  encode(picture: Picture): Promise<Uint8Array> {
    const isAsWanted = picture.width === this.#spec.width && picture.height === this.#spec.height;
    return isAsWanted && picture.jpeg !== undefined ? Promise.resolve(picture.jpeg) : this.#otherwise.encode(picture);
  }

  [Symbol.dispose](): void {
    this.#otherwise[Symbol.dispose]();
  }
}
