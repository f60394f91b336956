import { AVCOL_SPC_BT470BG, AVCOL_SPC_BT709, AVCOL_SPC_UNSPECIFIED, type AVColorSpace } from 'node-av/constants';
import type { Size } from '@framewire/shared/rendition';

/**
 * The matrix that made the YUV of a picture. Where it is not marked, mpv's rule for video: BT.709 from 1280 pixels of
 * width or more than the 576 lines of PAL on, else BT.601. Cameras on USB are BT.601 at any size, which is what UVC 1.5
 * (3.9.2.6, bMatrixCoefficients) has them mean by saying nothing.
 */
export function matrixOf(marked: AVColorSpace, { width, height }: Size, isCamera: boolean): AVColorSpace {
  if (marked !== AVCOL_SPC_UNSPECIFIED) return marked;
  return !isCamera && (width >= 1280 || height > 576) ? AVCOL_SPC_BT709 : AVCOL_SPC_BT470BG;
}
