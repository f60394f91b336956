import { accessSync, constants, readdirSync } from 'node:fs';
import { FramewireError } from '../errors.js';
import type { SourceInfo } from '../frames.js';
import { isTooSlow, type CameraWish } from './camera-wish.js';
import { offeredFormats } from './ffmpeg/camera-formats.js';
import type { InputSpec } from './ffmpeg/demuxer.js';
import { MediaSource } from './ffmpeg/media.js';
import type { Source, SourceHost } from './source.js';
import type { CameraSpec } from './source-spec.js';
import { OPENCV_SETUP } from '../package.js';

const PREFERRED: CameraWish = { width: 1280, height: 720, fps: 30 };

const FFMPEG_FORMATS = { yuyv: 'yuyv422', mjpg: 'mjpeg' } as const;

/** Numbers beyond the last device that `/dev` lists are tried too, because a camera can come from a preloaded library. */
const PROBED_DEVICES = ['/dev/video0', '/dev/video1', '/dev/video2', '/dev/video3'];

/** Paths of video devices that exist, lowest number first. Some of them may be no cameras. */
export function videoDevices(): string[] {
  const listed = readdirSync('/dev')
    .filter(name => /^video\d+$/.test(name))
    .map(name => `/dev/${name}`);
  const number = (device: string) => Number(device.slice('/dev/video'.length));
  return [...new Set([...PROBED_DEVICES.filter(exists), ...listed])].sort((a, b) => number(a) - number(b));
}

function exists(device: string): boolean {
  try {
    accessSync(device, constants.F_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Opens a V4L2 camera. Raw pictures are preferred, because every rendition is then one encode away from the sensor;
 * MJPG is taken when the camera gives the size or the rate only so, as most do above 640x480 on USB 2.
 *
 * @throws FramewireError source-size or source-rate when `spec` asks for what the camera lacks, others of a
 * `source-` code when it cannot be opened.
 */
export async function openCamera(spec: CameraSpec, host: SourceHost): Promise<Source> {
  if (spec.device !== null) return openDevice(spec.device, spec, host);
  const devices = videoDevices();
  if (devices.length === 0) {
    throw new FramewireError('source-not-found', 'This machine has no camera.', 'Plug one in, or try: --source test');
  }
  let failure: unknown;
  for (const device of devices) {
    try {
      return await openDevice(device, spec, host);
    } catch (error) {
      // The first one says most: a camera's second device (its metadata) fails in its own, meaningless way.
      failure ??= error;
    }
  }
  throw failure;
}

async function openDevice(device: string, spec: CameraSpec, host: SourceHost): Promise<Source> {
  const wanted: CameraWish = { ...PREFERRED, ...spec.size, ...(spec.fps === null ? {} : { fps: spec.fps }) };
  // FFmpeg is the faster way to a JPEG, OpenCV to a matrix: the figures are in ENCODERS.md.
  const capture = spec.capture === 'auto' ? (host.wantsMats ? 'opencv' : 'ffmpeg') : spec.capture;
  if (capture === 'ffmpeg') return openWithFfmpeg(device, spec, wanted, host);
  const { openOpenCvCamera } = await import('./opencv/opencv-camera.js');
  return openOpenCvCamera(device, spec.format, wanted, host);
}

async function openWithFfmpeg(
  device: string,
  spec: CameraSpec,
  wanted: CameraWish,
  host: SourceHost,
): Promise<MediaSource> {
  const formats: Format[] = spec.format === 'auto' ? ['yuyv', 'mjpg', 'any'] : [spec.format];
  let best: { format: Format; misfit: number } | undefined;
  let failure: unknown;
  for (const format of formats) {
    try {
      const source = await openAs(device, format, wanted, host);
      const misfit = measureMisfit(source.info, wanted);
      if (misfit === 0) return source;
      // Closed before the next format is tried: a device streams to one reader only.
      await source.close();
      if (best === undefined || misfit < best.misfit) best = { format, misfit };
    } catch (error) {
      failure ??= error;
    }
  }
  if (best === undefined) throw await explainFormats(failure, spec.format, device);
  const source = await openAs(device, best.format, wanted, host);
  try {
    refuseOther(source.info, spec, device);
    return source;
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** FFmpeg says only that an argument is invalid when a camera has no format that was asked for, or that it knows. */
async function explainFormats(failure: unknown, asked: CameraSpec['format'], device: string): Promise<unknown> {
  if (!(failure instanceof FramewireError && failure.code === 'source-unreadable')) return failure;
  const offered = await offeredFormats(device);
  if (offered.length === 0) return failure;
  const names = offered.join(', ');
  if (asked !== 'auto') {
    const sentence = `Camera ${device} gives no ${asked} at that size; it has: ${names}.`;
    return new FramewireError('source-unreadable', sentence, 'Try: --camera-format auto, or another --size');
  }
  const sentence = `FFmpeg reads none of the formats of camera ${device}: ${names}.`;
  return new FramewireError('source-unreadable', sentence, `OpenCV reads more: ${OPENCV_SETUP}, --capture opencv`);
}

type Format = keyof typeof FFMPEG_FORMATS | 'any';

function openAs(device: string, format: Format, wanted: CameraWish, host: SourceHost): Promise<MediaSource> {
  const input: InputSpec = {
    kind: 'camera',
    what: `camera ${device}`,
    url: device,
    format: 'v4l2',
    options: {
      video_size: `${wanted.width}x${wanted.height}`,
      framerate: String(wanted.fps),
      ...(format === 'any' ? {} : { input_format: FFMPEG_FORMATS[format] }),
    },
  };
  return MediaSource.open(input, host);
}

/** 0 when size and rate are as wanted. A wrong rate weighs less than a wrong size, whatever the size. */
function measureMisfit(info: SourceInfo, wanted: CameraWish): number {
  const pixels = Math.abs(Math.log((info.width * info.height) / (wanted.width * wanted.height)));
  return pixels * 1000 + (isTooSlow(info.fps, wanted.fps) ? 1 - info.fps / wanted.fps : 0);
}

/** What was asked for by name is not silently replaced. */
function refuseOther(info: SourceInfo, spec: CameraSpec, device: string): void {
  const { size, fps } = spec;
  if (size !== null && (info.width !== size.width || info.height !== size.height)) {
    throw new FramewireError(
      'source-size',
      `Camera ${device} has no ${size.width}x${size.height}; the nearest that it offers is ${info.width}x${info.height}.`,
      `Try: --size ${info.width}x${info.height}`,
    );
  }
  if (fps !== null && isTooSlow(info.fps, fps)) {
    throw new FramewireError(
      'source-rate',
      `Camera ${device} gives ${info.fps} frames a second at ${info.width}x${info.height}, not ${fps}.`,
      `Try: --fps ${info.fps}, or a smaller --size`,
    );
  }
}
