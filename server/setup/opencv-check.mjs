/**
 * Ends with code 0 and OpenCV's version when the binding loads and encodes a small picture. Run in a process of its
 * own: a binding that does not fit its libraries can take its process with it.
 */

// Without this, the binding looks for an OpenCV that it has downloaded and compiled itself.
process.env['OPENCV4NODEJS_DISABLE_AUTOBUILD'] = '1';

const { cv } = await import('@u4/opencv4nodejs');
const jpeg = cv.imencode('.jpg', new cv.Mat(16, 16, cv.CV_8UC3, [0, 128, 255]));
if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8) throw new Error('imencode gives no JPEG');
if (typeof cv.VideoCapture !== 'function') throw new Error('this OpenCV has no videoio');

const { major, minor, revision } = cv.version;
process.stdout.write(`\nOpenCV ${major}.${minor}.${revision}\n`);
