// A green box around whatever moves:
//   npm start -- --source camera --transform server/examples/find-motion.mjs

/** @type {import('@u4/opencv4nodejs').Mat | undefined} */
let before;

/** @type {import('framewire/transform').Transform} */
export async function transform(mat, { cv }) {
  const gray = await (await mat.bgrToGrayAsync()).blurAsync(new cv.Size(15, 15));
  const change = (before ?? gray).absdiff(gray).threshold(20, 255, cv.THRESH_BINARY);
  before = gray;
  for (const thing of await change.findContoursAsync(cv.RETR_EXTERNAL, cv.CHAIN_APPROX_SIMPLE)) {
    if (thing.area > 400) mat.drawRectangle(thing.boundingRect(), new cv.Vec3(0, 255, 0), 2);
  }
  return mat;
}
