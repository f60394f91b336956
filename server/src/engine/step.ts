import type { Mat } from '@u4/opencv4nodejs';
import type { OpenCv } from '../opencv.js';

/**
 * A user's own step between camera and encoder, exported as `transform` by the file of `--transform`. It is called for
 * each picture that somebody will see, and for no other; one after the other, while the camera is read on.
 *
 * @param mat 8-bit BGR (`CV_8UC3`), the step's own: it may draw on it. Released after the picture was sent, so what
 * shall be kept for the next one must be copied.
 * @returns the matrix to send, `mat` or another one of 8 bits with 1 or 3 channels, which is released likewise; of
 * another size, it is scaled.
 * @throws whatever goes wrong: that picture is not sent, the stream goes on.
 */
export type Transform = (mat: Mat, context: TransformContext) => Mat | Promise<Mat>;

export interface TransformContext {
  readonly cv: OpenCv;
  /** When the picture was captured, ms on the machine's monotonic clock. */
  readonly capturedAt: number;
}
