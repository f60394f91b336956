import type { Mat } from '@u4/opencv4nodejs';
import { loadOpenCv } from '../../opencv.js';
import type { Orientation } from '../orientation.js';

/** Around the vertical axis, for `flip`. */
const LEFT_AND_RIGHT = 1;

/** @returns a matrix of its own, the caller's to release. */
export async function turnMat(mat: Mat, { turns, isMirrored }: Orientation): Promise<Mat> {
  const cv = await loadOpenCv();
  const code = [undefined, cv.ROTATE_90_CLOCKWISE, cv.ROTATE_180, cv.ROTATE_90_COUNTERCLOCKWISE][turns];
  if (code === undefined) return isMirrored ? mat.flipAsync(LEFT_AND_RIGHT) : mat.copyAsync();
  const turned = await mat.rotateAsync(code);
  if (!isMirrored) return turned;
  try {
    return await turned.flipAsync(LEFT_AND_RIGHT);
  } finally {
    turned.release();
  }
}
