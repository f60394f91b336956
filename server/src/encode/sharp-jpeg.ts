import { AV_PIX_FMT_RGB24 } from 'node-av/constants';
import sharp from 'sharp';
import type { RenditionSpec } from '@framewire/shared/rendition';
import type { Picture } from '../frames.js';
import type { Encoder } from './encoder.js';
import { Scaler } from './scaler.js';

/** libjpeg-turbo through sharp: IJG's scale from end to end, from RGB, in libvips' threads. */
export class SharpJpegEncoder implements Encoder {
  readonly #spec: RenditionSpec;
  readonly #quality: number;
  readonly #scaler: Scaler;

  /** @param quality 1-100 on IJG's scale. */
  constructor(spec: RenditionSpec, quality: number) {
    this.#spec = spec;
    this.#quality = quality;
    this.#scaler = new Scaler(spec, AV_PIX_FMT_RGB24);
  }

  async encode(picture: Picture): Promise<Uint8Array> {
    const { width, height } = this.#spec;
    const frame = await this.#scaler.scale(await picture.pixels());
    // Packed RGB, stride width * 3: toBuffer leaves out the padding that the frame's rows may have.
    const pixels = sharp(frame.toBuffer(), { raw: { width, height, channels: 3 } });
    // Default Huffman tables, as the other encoder has and cv2.imencode: else sizes would jump where the two meet.
    return pixels.jpeg({ quality: this.#quality, chromaSubsampling: '4:2:0', optimiseCoding: false }).toBuffer();
  }

  [Symbol.dispose](): void {
    this.#scaler[Symbol.dispose]();
  }
}
