import type { Mat } from '@u4/opencv4nodejs';
import type { Frame } from 'node-av/lib';
import { numericQuality, type RenditionSpec, type Size } from '@framewire/shared/rendition';
import type { Picture } from '../frames.js';
import { FfmpegJpegEncoder, ffmpegReaches } from './ffmpeg-jpeg.js';
import type { PixelEncoder } from './pixel-encoder.js';

/**
 * Makes one rendition's payloads, each with the fastest encoder for where its pixels are: FFmpeg's from its own frames,
 * OpenCV's from its matrices; the source's own JPEG goes on untouched where that is what is wanted. The table behind
 * this is in `server/ENCODERS.md`.
 */
export class Encoder implements Disposable {
  readonly #spec: RenditionSpec;
  #frames: Promise<PixelEncoder<Frame>> | undefined;
  #mats: Promise<PixelEncoder<Mat>> | undefined;

  constructor(spec: RenditionSpec) {
    this.#spec = spec;
  }

  /**
   * Calls come one after the other.
   *
   * @returns a whole JPEG, owned by the caller. The picture stays the caller's. @throws Error when it cannot.
   */
  async encode(picture: Picture): Promise<Uint8Array> {
    const { quality, width, height } = this.#spec;
    if (quality === 'source' && picture.jpeg !== undefined && picture.width === width && picture.height === height) {
      return picture.jpeg;
    }
    const wanted = numericQuality(quality);
    const pixels = await picture.pixels();
    switch (pixels.kind) {
      case 'frame':
        this.#frames ??= openFrameEncoder(this.#spec, wanted);
        return (await this.#frames).encode(pixels.frame);
      case 'mat':
        this.#mats ??= openMatEncoder(this.#spec, wanted);
        return (await this.#mats).encode(pixels.mat);
    }
  }

  /** Only while it is idle: its native memory goes at once. */
  [Symbol.dispose](): void {
    for (const encoder of [this.#frames, this.#mats]) {
      // One that could not be opened has said so when it was asked to encode.
      encoder?.then(
        opened => opened[Symbol.dispose](),
        () => undefined,
      );
    }
  }
}

/** FFmpeg's steps are too coarse for the ends of IJG's scale; those few viewers are served by sharp. */
async function openFrameEncoder(size: Size, quality: number): Promise<PixelEncoder<Frame>> {
  if (ffmpegReaches(quality)) return new FfmpegJpegEncoder(size, quality);
  // Loaded when needed: it would add a tenth of a second to every start.
  const { SharpJpegEncoder } = await import('./sharp-jpeg.js');
  return new SharpJpegEncoder(size, quality);
}

/** Whoever has a matrix has OpenCV, but this module must load without it. */
async function openMatEncoder(size: Size, quality: number): Promise<PixelEncoder<Mat>> {
  const { OpenCvJpegEncoder } = await import('./opencv-jpeg.js');
  return OpenCvJpegEncoder.open(size, quality);
}
