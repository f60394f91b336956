import { AV_PIX_FMT_RGB24 } from 'node-av/constants';
import type { Frame } from 'node-av/lib';
import sharp from 'sharp';
import type { Size } from '@framewire/shared/rendition';
import type { PixelEncoder } from './pixel-encoder.js';
import { Scaler } from './scaler.js';

/** libjpeg-turbo through sharp: IJG's scale from end to end, from RGB, in libvips' threads. */
export class SharpJpegEncoder implements PixelEncoder<Frame> {
  readonly #size: Size;
  readonly #quality: number;
  readonly #scaler: Scaler;

  /** @param quality 1-100 on IJG's scale. */
  constructor(size: Size, quality: number) {
    this.#size = size;
    this.#quality = quality;
    this.#scaler = new Scaler(size, AV_PIX_FMT_RGB24);
  }

  async encode(source: Frame): Promise<Uint8Array> {
    const { width, height } = this.#size;
    const frame = await this.#scaler.scale(source);
    // Packed RGB, stride width * 3: toBuffer leaves out the padding that the frame's rows may have.
    const pixels = sharp(frame.toBuffer(), { raw: { width, height, channels: 3 } });
    // Default Huffman tables, as the other encoder has and cv2.imencode: else sizes would jump where the two meet.
    return pixels.jpeg({ quality: this.#quality, chromaSubsampling: '4:2:0', optimiseCoding: false }).toBuffer();
  }

  [Symbol.dispose](): void {
    this.#scaler[Symbol.dispose]();
  }
}
