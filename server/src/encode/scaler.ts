import { AVCOL_RANGE_JPEG, SWS_BILINEAR, type AVPixelFormat } from 'node-av/constants';
import { Frame, SoftwareScaleContext } from 'node-av/lib';
import type { Size } from '@framewire/shared/rendition';
import { SLICES } from './slices.js';

/**
 * Converts pixels of any format and size to one, with swscale: size, chroma layout and range in one pass.
 * Bilinear: on video it cannot be told from bicubic, at half the time.
 */
export class Scaler implements Disposable {
  readonly #target: Frame;
  readonly #format: AVPixelFormat;
  #context: { key: string; scale: SoftwareScaleContext } | undefined;

  /** @param format planes and strides of the result are as FFmpeg lays them out for it, range 0-255. */
  constructor({ width, height }: Size, format: AVPixelFormat) {
    this.#format = format;
    this.#target = new Frame();
    this.#target.alloc();
    this.#target.width = width;
    this.#target.height = height;
    this.#target.format = format;
    this.#target.getBuffer();
    this.#target.colorRange = AVCOL_RANGE_JPEG;
  }

  /** @returns the converted frame, borrowed until the next call. @throws Error when the source has an odd format. */
  async scale(source: Frame): Promise<Frame> {
    const result = await this.#contextFor(source).scaleFrame(this.#target, source);
    if (result < 0) throw new Error(`The picture cannot be scaled (${result}).`);
    return this.#target;
  }

  [Symbol.dispose](): void {
    this.#context?.scale.freeContext();
    this.#target.free();
  }

  /** Sources may change size or chroma layout while they run, as JPEG cameras do. */
  #contextFor(source: Frame): SoftwareScaleContext {
    const key = `${source.width}x${source.height} ${source.format} ${source.colorRange}`;
    if (this.#context?.key === key) return this.#context.scale;
    this.#context?.scale.freeContext();
    this.#context = undefined;
    const scale = new SoftwareScaleContext();
    scale.allocContext();
    const options = {
      srcw: source.width,
      srch: source.height,
      src_format: source.format,
      // Cameras and videos leave 16-235 where they say nothing; 0 is that, 1 the full range.
      src_range: source.colorRange === AVCOL_RANGE_JPEG ? 1 : 0,
      dstw: this.#target.width,
      dsth: this.#target.height,
      dst_format: this.#format,
      dst_range: 1,
      sws_flags: SWS_BILINEAR,
      threads: SLICES,
    };
    for (const [name, value] of Object.entries(options)) scale.setOption(name, value);
    if (scale.initContext() < 0) {
      scale.freeContext();
      throw new Error('The picture cannot be scaled: its format is unknown.');
    }
    this.#context = { key, scale };
    return scale;
  }
}
