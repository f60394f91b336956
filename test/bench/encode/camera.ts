import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Size } from '@framewire/shared/rendition';
import { fakeCamera, type FakeCamera, type NoFakeCamera } from '../../support/camera/fake-camera.js';
import { missing } from '../../support/requires.js';
import { run } from '../../support/run.js';
import { compiled } from '../floor/compiled.js';
import { usageOf } from '../machine/process-tree.js';
import type { Scene } from './scene.js';

export const FPS = 30;

export type CameraFormat = 'YUYV' | 'MJPG';

/** What the barest program that reads this camera has to pay. */
export interface BareCamera {
  /** How old the pictures are when it has them, ms. */
  ages: number[];
  /** CPU of a picture, ms: the test camera makes its pictures in the process that reads it. */
  cpuMs: number;
}

/** The test camera with the pictures of the scene in that size, at 30 a second, MJPG of quality 80. */
export async function sceneCamera(format: CameraFormat, size: Size, scene: Scene): Promise<FakeCamera | NoFakeCamera> {
  const camera = fakeCamera({ formats: [format], ...size, fps: FPS });
  if (camera.skip !== undefined) return camera;
  const frames = scene.file(`${size.width}x${size.height}.yuyv`);
  writeFileSync(frames, Buffer.concat((await scene.yuyv(size)).map(file => readFileSync(file))));
  return { ...camera, env: { ...camera.env, FAKECAM_FRAMES: frames } };
}

/** @throws Error when the camera cannot be read. */
export async function readBare(
  format: CameraFormat,
  { width, height }: Size,
  camera: FakeCamera,
  seconds: number,
): Promise<BareCamera> {
  const args = [format, String(Math.round(FPS * seconds)), String(width), String(height)];
  await using reader = run(compiled('camera'), args, { env: camera.env });
  let cpuSeconds = 0;
  // Gone with the process: the last figure that could be read counts.
  const timer = setInterval(() => (cpuSeconds = usageOf(reader.pid).cpuSeconds || cpuSeconds), 30);
  const { code } = await reader.exited;
  clearInterval(timer);
  if (code !== 0) throw new Error(`The camera cannot be read: ${reader.output()}`);
  const ages = reader.output().trim().split('\n').map(Number);
  return { ages, cpuMs: (cpuSeconds * 1000) / ages.length };
}

/** Pictures as the MJPG camera leaves them, a file each; undefined where the tool to get them is missing. */
export function recordJpegs({ width, height }: Size, camera: FakeCamera, scene: Scene): string[] | undefined {
  if (missing('ffmpeg') !== undefined) return undefined;
  const name = `${width}x${height}-camera-`;
  const input = ['-f', 'v4l2', '-input_format', 'mjpeg', '-video_size', `${width}x${height}`, '-i', '/dev/video0'];
  const output = ['-frames:v', '8', '-c', 'copy', '-f', 'image2', scene.file(`${name}%d.jpg`)];
  const env = { ...process.env, ...camera.env };
  const { status, stderr } = spawnSync('ffmpeg', ['-nostdin', ...input, ...output], { encoding: 'utf8', env });
  if (status !== 0) throw new Error(`The camera's JPEGs cannot be recorded: ${stderr}`);
  return readdirSync(scene.file('.'))
    .filter(file => file.startsWith(name))
    .map(file => scene.file(file));
}
