import { closeSync, mkdtempSync, openSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUYV422, SWS_LANCZOS, type AVPixelFormat } from 'node-av/constants';
import { Frame, SoftwareScaleContext } from 'node-av/lib';
import type { Size } from '@framewire/shared/rendition';
import { fakeCamera } from '../../support/camera/fake-camera.js';
import { frameOf } from '../../support/source.js';
import { natural } from '../../server/encode/pictures.js';

/** Of the scene, and of what stands in for it. */
const OWN_SIZE = { width: 1280, height: 720 };

/** So many different pictures, spread over the scene. */
const PICTURES = 8;

/** Pictures for the encoders, in files that are gone when this process ends. */
export interface Scene {
  /** For the head of the tables. */
  said: string;
  /** YUYV bytes of that size, a file for each picture; made once. */
  yuyv(size: Size): Promise<readonly string[]>;
  /** A path for a file of that name. */
  file(name: string): string;
}

/** The test camera's street where there is one, else pictures made up. */
export function openScene(): Scene {
  const folder = mkdtempSync(join(tmpdir(), 'framewire-encode-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const camera = fakeCamera();
  const street = camera.skip === undefined ? camera.env['FAKECAM_FRAMES'] : undefined;
  const made = new Map<string, Promise<readonly string[]>>();
  const file = (name: string): string => join(folder, name);
  return {
    said:
      street === undefined
        ? `${PICTURES} synthetic pictures of ${OWN_SIZE.width}x${OWN_SIZE.height}, scaled to the other sizes`
        : `${PICTURES} pictures of a street video of ${OWN_SIZE.width}x${OWN_SIZE.height}, scaled to the other sizes`,
    file,
    yuyv(size) {
      const name = `${size.width}x${size.height}`;
      const files = made.get(name) ?? makeFiles(street, size, n => file(`${name}-${n}.yuyv`));
      made.set(name, files);
      return files;
    },
  };
}

async function makeFiles(street: string | undefined, size: Size, name: (n: number) => string): Promise<string[]> {
  const files: string[] = [];
  for (let n = 0; n < PICTURES; n += 1) {
    const path = name(n);
    writeFileSync(path, await (street === undefined ? synthetic(n, size) : pictureOf(street, n, size)));
    files.push(path);
  }
  return files;
}

async function synthetic(n: number, size: Size): Promise<Buffer> {
  using picture = natural(OWN_SIZE, n + 1);
  return await toYuyv(await frameOf(picture), AV_PIX_FMT_YUV420P, size);
}

async function pictureOf(street: string, n: number, size: Size): Promise<Buffer> {
  const bytes = Buffer.alloc(OWN_SIZE.width * OWN_SIZE.height * 2);
  const count = Math.floor(statSync(street).size / bytes.length);
  const fd = openSync(street, 'r');
  readSync(fd, bytes, 0, bytes.length, Math.floor((n * count) / PICTURES) * bytes.length);
  closeSync(fd);
  if (size.width === OWN_SIZE.width && size.height === OWN_SIZE.height) return bytes;
  const frame = Frame.fromVideoBuffer(bytes, { ...OWN_SIZE, format: AV_PIX_FMT_YUYV422 });
  return toYuyv(frame, AV_PIX_FMT_YUYV422, size);
}

/** Scaled with Lanczos, range 16-235 as it is. */
async function toYuyv(source: Frame, format: AVPixelFormat, { width, height }: Size): Promise<Buffer> {
  const scale = new SoftwareScaleContext();
  scale.getContext(source.width, source.height, format, width, height, AV_PIX_FMT_YUYV422, SWS_LANCZOS);
  const target = new Frame();
  target.alloc();
  target.width = width;
  target.height = height;
  target.format = AV_PIX_FMT_YUYV422;
  target.getBuffer();
  const result = await scale.scaleFrame(target, source);
  if (result < 0) throw new Error(`The scene cannot be scaled (${result}).`);
  const bytes = target.toBuffer();
  target.free();
  scale.freeContext();
  return bytes;
}
