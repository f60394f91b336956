import type { Mat } from '@u4/opencv4nodejs';
import type { Size } from '@framewire/shared/rendition';
import { loadOpenCv, type OpenCv } from '../opencv.js';
import type { PixelEncoder } from './pixel-encoder.js';

/** OpenCV's `imencode`: libjpeg-turbo straight from packed BGR, IJG's scale from end to end, 4:2:0, fixed tables. */
export class OpenCvJpegEncoder implements PixelEncoder<Mat> {
  readonly #cv: OpenCv;
  readonly #size: Size;
  readonly #options: number[];

  private constructor(cv: OpenCv, size: Size, quality: number) {
    this.#cv = cv;
    this.#size = size;
    this.#options = [cv.IMWRITE_JPEG_QUALITY, quality];
  }

  /** @param quality 1-100 on IJG's scale. */
  static async open(size: Size, quality: number): Promise<OpenCvJpegEncoder> {
    return new OpenCvJpegEncoder(await loadOpenCv(), size, quality);
  }

  async encode(mat: Mat): Promise<Uint8Array> {
    const cv = this.#cv;
    const { width, height } = this.#size;
    if (mat.cols === width && mat.rows === height) return cv.imencodeAsync('.jpg', mat, this.#options);
    // Averages what falls together: nearly always it is made smaller, and nothing else then is free of moiré.
    const scaled = await mat.resizeAsync(height, width, 0, 0, cv.INTER_AREA);
    try {
      return await cv.imencodeAsync('.jpg', scaled, this.#options);
    } finally {
      scaled.release();
    }
  }

  [Symbol.dispose](): void {
    // It holds no memory between two calls.
  }
}
