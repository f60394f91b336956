import { accessSync, constants } from 'node:fs';
import type { Mat } from '@u4/opencv4nodejs';
import { FramewireError } from '../../errors.js';
import { DamagedPicture, type Picture, type SourceInfo } from '../../frames.js';
import { monotonicMs } from '../../time/monotonic.js';
import { isTooSlow, type CameraWish } from '../camera-wish.js';
import { captureTime } from '../capture-time.js';
import { DamageCount } from '../damage.js';
import { UNCHECKED, checkJpeg } from '../jpeg/jpeg-check.js';
import { lazyMat, ownMat } from './mat-picture.js';
import { loadOpenCv, type OpenCv } from '../../opencv.js';
import { OpenCvReader } from './opencv-reader.js';
import type { Source, SourceHost } from '../source.js';
import type { CameraSpec } from '../source-spec.js';

/** Wake-up of a camera on a slow bus, each time it is asked for another format, ms. */
const OPEN_MS = 15_000;

type Format = 'yuyv' | 'mjpg';
const FOURCC: Readonly<Record<Format, string>> = { yuyv: 'YUYV', mjpg: 'MJPG' };

/**
 * A V4L2 camera through OpenCV. Pictures stay as the camera gives them until somebody wants their pixels: reading
 * alone converts nothing.
 *
 * @param wanted what the camera gives otherwise is taken, and told with a warning: so OpenCV's users know it.
 * @throws FramewireError opencv-missing, or of a `source-` code when it cannot be opened.
 */
export async function openOpenCvCamera(
  device: string,
  format: CameraSpec['format'],
  wanted: CameraWish,
  host: SourceHost,
): Promise<Source> {
  const cv = await loadOpenCv();
  refuseUnreadable(device);
  await host.expectBlocking(OPEN_MS);
  const reader = OpenCvReader.open(cv, device, cv.CAP_V4L2);
  if (reader === undefined) {
    const hint = 'Another program may use it: fuser -v /dev/video*';
    throw new FramewireError('source-unreadable', `OpenCV cannot open camera ${device}.`, hint);
  }
  const got = await negotiate(cv, reader, format, wanted).catch(async (error: unknown) => {
    // A device streams to one reader only.
    await reader.close();
    throw error;
  });
  const asked = `${wanted.width}x${wanted.height} at ${wanted.fps} fps`;
  if (isOther(got, wanted)) host.warn(`Camera ${device} gives ${describe(got)}, not ${asked}.`);
  else if (format !== 'auto' && got.fourcc !== FOURCC[format]) {
    host.warn(`Camera ${device} gives ${got.fourcc}, not ${FOURCC[format]}.`);
  }
  const damage = new DamageCount(`camera ${device}`, host);
  return new OpenCvCamera(cv, reader, { ...got, device }, damage);
}

/** OpenCV never says why it cannot open something, so the usual reasons are looked for first. */
function refuseUnreadable(device: string): void {
  try {
    accessSync(device, constants.F_OK);
  } catch {
    throw new FramewireError('source-not-found', `There is no camera ${device}.`, 'Plug it in; see: ls /dev/video*');
  }
  try {
    accessSync(device, constants.R_OK | constants.W_OK);
  } catch {
    const hint = 'Join the group "video" and log in again: sudo usermod -aG video $USER';
    throw new FramewireError('source-denied', `This user may not read camera ${device}.`, hint);
  }
}

interface Got extends CameraWish {
  readonly fourcc: string;
}

/** Raw first, because every rendition is then one encode away from the sensor; MJPG if the camera needs it for that. */
async function negotiate(
  cv: OpenCv,
  reader: OpenCvReader,
  format: CameraSpec['format'],
  wanted: CameraWish,
): Promise<Got> {
  const formats: Format[] = format === 'auto' ? ['yuyv', 'mjpg'] : [format];
  let got = await ask(cv, reader, formats[0] ?? 'yuyv', wanted);
  for (const other of formats.slice(1)) {
    if (!isOther(got, wanted)) break;
    const before = got;
    got = await ask(cv, reader, other, wanted);
    if (isOther(got, wanted) && got.width * got.height <= before.width * before.height) {
      got = await ask(cv, reader, formats[0] ?? 'yuyv', wanted);
    }
  }
  // As the camera gives them, where it is known here what that is; else OpenCV converts each picture to BGR.
  const isKnown = Object.values(FOURCC).includes(got.fourcc);
  await reader.set([[cv.CAP_PROP_CONVERT_RGB, isKnown ? 0 : 1]]);
  return got;
}

async function ask(cv: OpenCv, reader: OpenCvReader, format: Format, wanted: CameraWish): Promise<Got> {
  await reader.set([
    [cv.CAP_PROP_FOURCC, fourccCode(FOURCC[format])],
    [cv.CAP_PROP_FRAME_WIDTH, wanted.width],
    [cv.CAP_PROP_FRAME_HEIGHT, wanted.height],
    [cv.CAP_PROP_FPS, wanted.fps],
    // The driver's queue: what waits in it is old.
    [cv.CAP_PROP_BUFFERSIZE, 1],
  ]);
  return {
    width: reader.get(cv.CAP_PROP_FRAME_WIDTH),
    height: reader.get(cv.CAP_PROP_FRAME_HEIGHT),
    fps: reader.get(cv.CAP_PROP_FPS),
    fourcc: fourccText(reader.get(cv.CAP_PROP_FOURCC)),
  };
}

function isOther(got: CameraWish, wanted: CameraWish): boolean {
  return got.width !== wanted.width || got.height !== wanted.height || isTooSlow(got.fps, wanted.fps);
}

function describe({ width, height, fps, fourcc }: Got): string {
  return `${width}x${height}${fps > 0 ? ` at ${fps} fps` : ''} (${fourcc})`;
}

/** Four characters as V4L2 numbers them, the first in the lowest byte. */
function fourccCode(text: string): number {
  return Buffer.from(text, 'latin1').readUInt32LE(0);
}

function fourccText(code: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(code >>> 0);
  return bytes.toString('latin1');
}

class OpenCvCamera implements Source {
  readonly info: SourceInfo;
  readonly #cv: OpenCv;
  readonly #reader: OpenCvReader;
  readonly #device: string;
  readonly #fourcc: string;
  readonly #damage: DamageCount;
  #check = UNCHECKED;

  constructor(cv: OpenCv, reader: OpenCvReader, got: Got & { device: string }, damage: DamageCount) {
    this.#cv = cv;
    this.#reader = reader;
    this.#device = got.device;
    this.#damage = damage;
    this.#fourcc = got.fourcc;
    const { device, width, height, fps } = got;
    this.info = {
      width,
      height,
      fps,
      isJpeg: got.fourcc === FOURCC.mjpg,
      description: `camera ${device} through OpenCV, ${width}x${height}, ${fps} fps, ${got.fourcc}`,
    };
  }

  async read(): Promise<Picture> {
    for (;;) {
      const picture = await this.#readNext();
      if (picture !== undefined) return picture;
    }
  }

  /** @returns undefined for a damaged picture. */
  async #readNext(): Promise<Picture | undefined> {
    const mat = await this.#reader.read();
    if (mat === undefined) {
      throw new FramewireError('source-unplugged', `Camera ${this.#device} is gone.`, 'Plug it in again.');
    }
    // OpenCV hands on the driver's own stamp of this picture.
    const capturedAt = captureTime(this.#reader.get(this.#cv.CAP_PROP_POS_MSEC), monotonicMs());
    const { width, height } = this.info;
    switch (this.#fourcc) {
      case FOURCC.mjpg: {
        // OpenCV gives the driver's whole buffer.
        const { check, jpeg, damaged } = checkJpeg(this.#check, mat.getData());
        mat.release();
        this.#check = check;
        this.#damage.add(damaged);
        if (jpeg === undefined) return undefined;
        const { orientation } = check.shape ?? {};
        return { capturedAt, width, height, orientation, jpeg, ...lazyMat(() => this.#decode(jpeg)) };
      }
      case FOURCC.yuyv: {
        const bgr = lazyMat(() => mat.cvtColorAsync(this.#cv.COLOR_YUV2BGR_YUYV));
        const free = () => {
          mat.release();
          bgr.free();
        };
        return { capturedAt, width, height, pixels: bgr.pixels, free };
      }
      default:
        return { capturedAt, width, height, ...ownMat(mat) };
    }
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  /** Not turned: that is for whoever opened the source. @throws DamagedPicture */
  async #decode(jpeg: Buffer): Promise<Mat> {
    const { IMREAD_COLOR, IMREAD_IGNORE_ORIENTATION } = this.#cv;
    const mat = await this.#cv.imdecodeAsync(jpeg, IMREAD_COLOR | IMREAD_IGNORE_ORIENTATION);
    if (!mat.empty) return mat;
    this.#damage.add(1);
    throw new DamagedPicture();
  }
}
