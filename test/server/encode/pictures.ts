import {
  AVCOL_RANGE_JPEG,
  AVCOL_RANGE_MPEG,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUYV422,
  type AVPixelFormat,
} from 'node-av/constants';
import { Frame } from 'node-av/lib';
import type { Size } from '@framewire/shared/rendition';
import type { Picture, Pixels } from '../../../server/src/frames.js';
import { seededRandom } from '../../support/random.js';

/** A picture of pixels that are already there. */
export class FramePicture implements Picture, Disposable {
  readonly capturedAt = 0;
  readonly width: number;
  readonly height: number;
  readonly jpeg?: Uint8Array;
  readonly #frame: Frame;

  constructor(frame: Frame, jpeg?: Uint8Array) {
    this.width = frame.width;
    this.height = frame.height;
    this.#frame = frame;
    if (jpeg !== undefined) this.jpeg = jpeg;
  }

  pixels(): Promise<Pixels> {
    return Promise.resolve({ kind: 'frame', frame: this.#frame });
  }

  free(): void {
    this.#frame.free();
  }

  [Symbol.dispose](): void {
    this.free();
  }
}

/** node-av lays a frame over the bytes and does not hold on to them. */
const bytesUnder = new WeakMap<Frame, Buffer>();

function frameOver(bytes: Buffer, { width, height }: Size, format: AVPixelFormat): Frame {
  const frame = Frame.fromVideoBuffer(bytes, { width, height, format });
  bytesUnder.set(frame, bytes);
  return frame;
}

/** One colour in planar YUV 4:2:0. */
export function plain(
  { width, height }: Size,
  [y, u, v]: readonly [number, number, number],
  isFull = false,
): FramePicture {
  const chroma = Math.ceil(width / 2) * Math.ceil(height / 2);
  const bytes = Buffer.concat([Buffer.alloc(width * height, y), Buffer.alloc(chroma, u), Buffer.alloc(chroma, v)]);
  const frame = frameOver(bytes, { width, height }, AV_PIX_FMT_YUV420P);
  frame.colorRange = isFull ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  return new FramePicture(frame);
}

/** One colour as raw cameras give it: packed YUYV 4:2:2. */
export function plainYuyv({ width, height }: Size, [y, u, v]: readonly [number, number, number]): FramePicture {
  const bytes = Buffer.alloc(width * height * 2, Buffer.from([y, u, y, v]));
  return new FramePicture(frameOver(bytes, { width, height }, AV_PIX_FMT_YUYV422));
}

/**
 * Something like what a camera sees: light that changes slowly, things with edges, and surfaces with grain of several
 * sizes. The same for the same seed.
 */
export function natural({ width, height }: Size, seed = 1): FramePicture {
  const random = seededRandom(seed);
  const light = Float32Array.from({ length: width * height }, (_, i) => 90 + (60 * i) / (width * height));
  const grain = new Float32Array(width * height).fill(8);
  for (let thing = 0; thing < 150; thing += 1) {
    const [left, right] = spanWithin(width, random, 0.15);
    const [top, bottom] = spanWithin(height, random, 0.2);
    const [level, roughness] = [30 + random() * 180, random() ** 2 * 70];
    for (let y = top; y < bottom; y += 1) {
      light.fill(level, y * width + left, y * width + right);
      grain.fill(roughness, y * width + left, y * width + right);
    }
  }
  const noise = Float32Array.from({ length: 4096 }, () => random() - 0.5);
  const luma = Buffer.alloc(width * height);
  for (let i = 0; i < luma.length; i += 1) {
    const [x, y] = [i % width, Math.floor(i / width)];
    let rough = 0;
    for (const size of [2, 4, 8]) rough += noise[(Math.floor(x / size) * 31 + Math.floor(y / size) * 977) % 4096] ?? 0;
    const level = (light[i] ?? 0) + (grain[i] ?? 0) * rough * 0.5 + 15 * Math.sin(x / 90) + (random() - 0.5) * 5;
    luma[i] = Math.max(16, Math.min(235, level));
  }
  const chromaWidth = Math.ceil(width / 2);
  const chroma = Buffer.alloc(chromaWidth * Math.ceil(height / 2));
  for (let i = 0; i < chroma.length; i += 1) {
    chroma[i] = 128 + 40 * Math.sin((i % chromaWidth) / 60) + 20 * Math.cos(i / chromaWidth / 45);
  }
  const frame = frameOver(Buffer.concat([luma, chroma, chroma]), { width, height }, AV_PIX_FMT_YUV420P);
  frame.colorRange = AVCOL_RANGE_MPEG;
  return new FramePicture(frame);
}

/** From where to where a thing lies that is at most that part of the whole. */
function spanWithin(length: number, random: () => number, most: number): [from: number, to: number] {
  const from = Math.floor(random() * length);
  return [from, Math.min(length, from + Math.ceil((0.02 + random() * most) * length))];
}
