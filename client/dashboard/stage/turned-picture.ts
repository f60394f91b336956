import { isSideways, isUpright, type Turn } from '../view/turn.js';

/** Nothing that an eye finds is lost by encoding it once more. */
const QUALITY = 0.95;

/** The picture as it is shown: an upright one as it came, any other drawn and encoded anew. */
export async function turnedPicture(picture: Blob, turn: Turn): Promise<Blob> {
  if (isUpright(turn)) return picture;
  const bitmap = await createImageBitmap(picture);
  const { width, height } = bitmap;
  const canvas = isSideways(turn) ? new OffscreenCanvas(height, width) : new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (context === null) return picture;
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate((turn.degrees * Math.PI) / 180);
  context.scale(turn.isMirrored ? -1 : 1, 1);
  context.drawImage(bitmap, -width / 2, -height / 2);
  bitmap.close();
  return canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY });
}
