import type { Mat } from '@u4/opencv4nodejs';
import { AV_PIX_FMT_BGR24 } from 'node-av/constants';
import type { Frame } from 'node-av/lib';
import type { Size } from '@framewire/shared/rendition';
import { loadOpenCv } from '../opencv.js';
import { Scaler } from './scaler.js';

/** FFmpeg's frames as OpenCV's matrices: swscale converts, one copy brings the result into OpenCV's memory. */
export class MatConverter implements Disposable {
  readonly #scaler: Scaler;

  /** @param size of the matrices. */
  constructor(size: Size) {
    this.#scaler = new Scaler(size, AV_PIX_FMT_BGR24);
  }

  /** @returns packed BGR (`CV_8UC3`), the caller's to release. @throws Error when the source has an odd format. */
  async convert(source: Frame): Promise<Mat> {
    const cv = await loadOpenCv();
    const frame = await this.#scaler.scale(source);
    return new cv.Mat(packed(frame), frame.height, frame.width, cv.CV_8UC3);
  }

  [Symbol.dispose](): void {
    this.#scaler[Symbol.dispose]();
  }
}

/** Stride width * 3, without the padding that FFmpeg may have put behind each row. */
function packed(frame: Frame): Buffer {
  const [bytes] = frame.data ?? [];
  return bytes !== undefined && frame.linesize[0] === frame.width * 3 ? bytes : frame.toBuffer();
}
