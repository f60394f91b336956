import type { Mat } from '@u4/opencv4nodejs';
import type { Picture } from '../../frames.js';

/** The pixels of a picture in OpenCV's memory, which no garbage collector sees: freed with the picture. */
type MatPixels = Pick<Picture, 'pixels' | 'free'>;

/** @param mat becomes the picture's. */
export function ownMat(mat: Mat): MatPixels {
  return { pixels: () => Promise.resolve({ kind: 'mat', mat }), free: () => mat.release() };
}

/** A matrix that is made when somebody wants it, once. */
export function lazyMat(make: () => Promise<Mat>): MatPixels {
  let made: Promise<Mat> | undefined;
  return {
    async pixels() {
      made ??= make();
      return { kind: 'mat', mat: await made };
    },
    // What went wrong was thrown by `pixels`.
    free: () =>
      void made?.then(
        mat => mat.release(),
        () => undefined,
      ),
  };
}
