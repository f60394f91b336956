// The time at which each picture was captured, in its corner:
//   npm start -- --source camera --transform server/examples/show-time.mjs

/** @type {import('framewire/transform').Transform} */
export function transform(mat, { cv, capturedAt }) {
  const ageMs = Number(process.hrtime.bigint()) / 1e6 - capturedAt;
  const text = new Date(Date.now() - ageMs).toISOString().slice(11, 23);
  const corner = new cv.Point2(16, mat.rows - 16);
  mat.putText(text, corner, cv.FONT_HERSHEY_SIMPLEX, 1, new cv.Vec3(255, 255, 255), 2);
  return mat;
}
