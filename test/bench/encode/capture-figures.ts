import { fileURLToPath } from 'node:url';
import type { Size } from '@framewire/shared/rendition';
import type { FakeCamera } from '../../support/camera/fake-camera.js';
import { startServer } from '../../support/server/server.js';
import { Viewer } from '../../support/server/viewer.js';
import { usageOf } from '../machine/process-tree.js';
import { FPS, readBare, recordJpegs, sceneCamera, type BareCamera, type CameraFormat } from './camera.js';
import { startEncoding, type Encoding } from './process/encoding.js';
import type { WayKey } from './process/job.js';
import type { Others } from './others.js';
import { rotated } from './rotated.js';
import type { Scene } from './scene.js';

export const QUALITY = 30;
const SIZES: readonly Size[] = [
  { width: 640, height: 480 },
  { width: 1280, height: 720 },
];
const FORMATS: readonly CameraFormat[] = ['YUYV', 'MJPG'];
/** From the first frame to the measurement: first sizes, caches, compilers. */
const WARM_UP_FRAMES = 30;
/** Pictures of which the parts are measured in a round. */
const PART_PICTURES = 30;

const step = fileURLToPath(new URL('identity-step.js', import.meta.url));

export type CaptureEngine = 'ffmpeg' | 'opencv';

/** What the server did with one way to capture, and what the parts of that way take alone; all rounds. */
export interface CaptureReading {
  engine: CaptureEngine;
  format: CameraFormat;
  size: Size;
  /** Through a user's step that gives the matrix back as it is. */
  isTransformed: boolean;
  /** Capture to encoded, ms, of each frame. */
  latencies: number[];
  /** CPU of all processes of the server, the camera's own taken off, ms a frame; one figure a round. */
  cpuMs: number[];
  camera: BareCamera;
  /** From what the camera leaves to pixels, and from those to the JPEG, ms; empty when they could not be measured. */
  pixelsMs: number[];
  encodeMs: number[];
}

export interface CapturePlan {
  engines: readonly CaptureEngine[];
  hasOpenCv: boolean;
  seconds: number;
  rounds: number;
  scene: Scene;
  others: Others;
  progress: (line: string) => void;
}

interface Device {
  format: CameraFormat;
  size: Size;
  camera: FakeCamera;
  bare: BareCamera;
  /** A file for each picture, as it leaves the camera. */
  pictures: readonly string[];
}

/** @returns the readings, or why there are none. */
export async function measureCaptures(plan: CapturePlan): Promise<CaptureReading[] | string> {
  const devices = await openDevices(plan);
  if (typeof devices === 'string') return devices;
  const readings = devices.flatMap(device =>
    plan.engines.flatMap(engine =>
      (plan.hasOpenCv ? [false, true] : [false]).map(isTransformed => emptyReading(device, engine, isTransformed)),
    ),
  );
  using encoding = startEncoding(false);
  for (let round = 0; round < plan.rounds; round += 1) {
    // Half way around, so that who came early in one round comes late in the next.
    for (const reading of rotated(readings, Math.round((round * readings.length) / plan.rounds))) {
      const device = devices.find(({ format, size }) => format === reading.format && size === reading.size);
      if (device === undefined) continue;
      plan.progress(`${describe(reading)}, round ${round + 1} of ${plan.rounds}`);
      await measureServer(reading, device, plan);
      await plan.others.during(() => measureParts(reading, device, encoding));
    }
  }
  return readings;
}

async function openDevices({ scene, seconds, progress }: CapturePlan): Promise<Device[] | string> {
  const devices: Device[] = [];
  for (const size of SIZES) {
    for (const format of FORMATS) {
      const camera = await sceneCamera(format, size, scene);
      if (camera.skip !== undefined) return camera.skip;
      progress(`the camera itself, ${format} ${size.width}x${size.height}`);
      const bare = await readBare(format, size, camera, seconds);
      const pictures = format === 'YUYV' ? await scene.yuyv(size) : (recordJpegs(size, camera, scene) ?? []);
      devices.push({ format, size, camera, bare, pictures });
    }
  }
  return devices;
}

function emptyReading({ format, size, bare }: Device, engine: CaptureEngine, isTransformed: boolean): CaptureReading {
  const nothing = { latencies: [], cpuMs: [], pixelsMs: [], encodeMs: [] };
  return { engine, format, size, isTransformed, camera: bare, ...nothing };
}

function describe({ engine, format, size, isTransformed }: CaptureReading): string {
  return `${engine}, ${format} ${size.width}x${size.height}${isTransformed ? ', with a step' : ''}`;
}

/** The server as a user starts it, with one viewer. */
async function measureServer(
  reading: CaptureReading,
  { camera, bare }: Device,
  { seconds, others }: CapturePlan,
): Promise<void> {
  const { engine, format, size, isTransformed } = reading;
  const args = ['--source', '/dev/video0', '--size', `${size.width}x${size.height}`, '--fps', String(FPS)];
  args.push('--camera-format', format.toLowerCase(), '--capture', engine);
  if (isTransformed) args.push('--transform', step);
  await using server = await startServer(args, { env: camera.env });
  await using viewer = await Viewer.open(server.url, { subscribe: { quality: QUALITY } });
  await viewer.nextFrames(WARM_UP_FRAMES);
  const before = { count: viewer.frameCount, cpuSeconds: usageOf(server.pid).cpuSeconds };
  await others.during(() => viewer.nextFrames(Math.round(FPS * seconds), 5000 + seconds * 2000));
  const count = viewer.frameCount - before.count;
  const cpuMs = ((usageOf(server.pid).cpuSeconds - before.cpuSeconds) * 1000) / count;
  for (const { header } of viewer.frames.slice(-count)) {
    if (header === undefined || header.placeholder || header.width !== size.width) {
      throw new Error(`${describe(reading)}: not the pictures that were asked for: ${server.output()}`);
    }
    reading.latencies.push(header.encodeUs / 1000);
  }
  reading.cpuMs.push(cpuMs - bare.cpuMs);
}

/** The same work by the same classes, on pictures as old and as far apart, with no server around it. */
async function measureParts(reading: CaptureReading, device: Device, encoding: Encoding): Promise<void> {
  if (device.pictures.length === 0) return;
  const done = await encoding.do({
    way: wayOf(reading),
    ...reading.size,
    quality: QUALITY,
    inputs: [...device.pictures],
    pictures: PART_PICTURES,
    everyMs: 1000 / FPS,
    out: null,
  });
  reading.pixelsMs.push(...done.pixelsMs);
  reading.encodeMs.push(...done.encodeMs);
}

/** What the server does with a picture of that camera. */
export function wayOf({
  engine,
  format,
  isTransformed,
}: Pick<CaptureReading, 'engine' | 'format' | 'isTransformed'>): WayKey {
  if (engine === 'opencv') return format === 'YUYV' ? 'yuyv-opencv' : 'jpeg-opencv';
  if (isTransformed) return format === 'YUYV' ? 'yuyv-mat-opencv' : 'jpeg-mat-opencv';
  return format === 'YUYV' ? 'yuyv-ffmpeg' : 'jpeg-ffmpeg';
}
