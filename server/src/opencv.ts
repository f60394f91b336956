import type { cv } from '@u4/opencv4nodejs';
import { FramewireError, messageOf } from './errors.js';
import { OPENCV_SETUP } from './package.js';

/** OpenCV's binding, as `@u4/opencv4nodejs` types it. */
export type OpenCv = typeof cv;

let loading: Promise<OpenCv> | undefined;

/**
 * OpenCV, loaded at the first call: nobody who does not use it needs to have it.
 *
 * @throws FramewireError opencv-missing when it was not built here, or no longer fits this Node or this system.
 */
export function loadOpenCv(): Promise<OpenCv> {
  loading ??= load();
  return loading;
}

async function load(): Promise<OpenCv> {
  // Read while it loads: what goes wrong is told by our own sentences, and no OpenCV is looked for that it has built
  // itself. Its accounting of memory tells V8 of freed matrices from within a collection, which ends the process
  // (7.1.2): so matrices are released by hand, and `engine/transform.ts` sees to those of others.
  process.env['OPENCV_LOG_LEVEL'] ??= 'FATAL';
  process.env['OPENCV4NODEJS_DISABLE_AUTOBUILD'] = '1';
  process.env['OPENCV4NODEJS_DISABLE_EXTERNAL_MEM_TRACKING'] = '1';
  try {
    const { Log } = await import('@u4/opencv-build');
    Log.silence = true;
    return (await import('@u4/opencv4nodejs')).cv;
  } catch (error) {
    const isBuilt = error instanceof Error && 'code' in error && error.code === 'ERR_DLOPEN_FAILED';
    const sentence = isBuilt
      ? `OpenCV was set up for another Node or another system: ${messageOf(error)}.`
      : 'OpenCV is not set up on this machine.';
    throw new FramewireError('opencv-missing', sentence, `Set it up with: ${OPENCV_SETUP}`, { cause: error });
  }
}
