import { AVCOL_SPC_BT470BG, AVCOL_SPC_BT709, AVCOL_SPC_SMPTE170M, AVCOL_SPC_UNSPECIFIED } from 'node-av/constants';
import { expect, it } from 'vitest';
import { matrixOf } from '../../../../server/src/source/ffmpeg/marks.js';

it.each([
  [{ width: 720, height: 576 }, false, AVCOL_SPC_BT470BG],
  [{ width: 1024, height: 576 }, false, AVCOL_SPC_BT470BG],
  [{ width: 960, height: 720 }, false, AVCOL_SPC_BT709],
  [{ width: 1280, height: 544 }, false, AVCOL_SPC_BT709],
  [{ width: 1920, height: 1080 }, true, AVCOL_SPC_BT470BG],
])('YUV without a mark, %j, of a camera: %s, has the matrix %i; a mark counts more', (size, isCamera, matrix) => {
  expect(matrixOf(AVCOL_SPC_UNSPECIFIED, size, isCamera)).toBe(matrix);
  expect(matrixOf(AVCOL_SPC_SMPTE170M, size, isCamera)).toBe(AVCOL_SPC_SMPTE170M);
});
