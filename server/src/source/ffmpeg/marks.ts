import {
  AVCOL_SPC_BT470BG,
  AVCOL_SPC_BT709,
  AVCOL_SPC_UNSPECIFIED,
  AVCOL_TRC_ARIB_STD_B67,
  AVCOL_TRC_SMPTE2084,
  type AVColorSpace,
  type AVColorTransferCharacteristic,
} from 'node-av/constants';
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

/** A curve that is not mapped to that of JPEG, by its name; undefined for all that need no mapping. */
export function hdrCurve(transfer: AVColorTransferCharacteristic): 'PQ' | 'HLG' | undefined {
  if (transfer === AVCOL_TRC_SMPTE2084) return 'PQ';
  return transfer === AVCOL_TRC_ARIB_STD_B67 ? 'HLG' : undefined;
}

/** What claims pixels wider or narrower than this is wrong. */
const WIDEST_PIXEL = 4;

/**
 * The size at which a picture has its right shape: pixels are not square in analogue video and in "1080N". The side that
 * is too short grows, so that nothing of the other is lost.
 *
 * @param pixelAspect width of a pixel by its height; 0 when nobody says.
 */
export function shownSize({ width, height }: Size, pixelAspect: number): Size {
  if (pixelAspect === 0 || pixelAspect > WIDEST_PIXEL || pixelAspect < 1 / WIDEST_PIXEL) return { width, height };
  if (pixelAspect >= 1) return { width: even(width, pixelAspect), height };
  return { width, height: even(height, 1 / pixelAspect) };
}

/** JPEG halves its chroma. Exact where nothing changes. */
function even(side: number, factor: number): number {
  return factor === 1 ? side : Math.round((side * factor) / 2) * 2;
}
