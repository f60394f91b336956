import { existsSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { FramewireError } from '../errors.js';
import { shownUrl } from '../ops/url-secrets.js';
import { PROGRAM_WITH } from '../package.js';

const size = z.object({ width: z.int(), height: z.int() });

/** Whose code reads a source. */
const CAPTURE_ENGINES = ['ffmpeg', 'opencv'] as const;
const captureEngine = z.enum(CAPTURE_ENGINES);

/** What to open and how; crosses the process boundary to the engine. */
export const sourceSpec = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('camera'),
    /** `/dev/video0`; null: the first camera that opens. */
    device: z.string().nullable(),
    format: z.enum(['auto', 'yuyv', 'mjpg']),
    /** null: 1280x720 and 30 where the camera has them, else what it gives. Asked for: that, or an error. */
    size: size.nullable(),
    fps: z.number().nullable(),
    /** auto: see `camera.ts`. */
    capture: z.enum(['auto', ...CAPTURE_ENGINES]),
  }),
  z.object({ kind: z.literal('file'), path: z.string(), capture: captureEngine }),
  z.object({
    kind: z.literal('url'),
    url: z.string(),
    capture: captureEngine,
    /** How often a snapshot URL is asked, 1/s; absent: the usual rate. */
    fps: z.number().optional(),
  }),
  z.object({ kind: z.literal('test'), size: size.nullable(), fps: z.number().nullable() }),
]);
export type SourceSpec = z.infer<typeof sourceSpec>;
export type CameraSpec = Extract<SourceSpec, { kind: 'camera' }>;

export interface SourceOptions {
  size: { width: number; height: number } | null;
  fps: number | null;
  cameraFormat: CameraSpec['format'];
  /** Who reads cameras that do not say it themselves with `opencv:`. */
  cameraCapture: CameraSpec['capture'];
  /** Where the paths of files start. */
  folder: string;
}

const URL_SCHEMES = ['rtsp:', 'rtsps:', 'http:', 'https:'];

/** In front of a camera, a file or a URL: OpenCV reads it. */
const OPENCV = 'opencv:';

/**
 * Parses one source of the command line: `camera`, `/dev/video0`, `test`, a URL or a file, with `opencv:` in front where
 * OpenCV shall read it (`opencv:0`).
 *
 * @returns a name that follows from it; the caller makes it unique.
 * @throws FramewireError source-unknown
 */
export function parseSource(text: string, options: SourceOptions): { name: string; spec: SourceSpec } {
  const { size: asked, fps, cameraFormat: format } = options;
  if (text === 'test') return { name: 'test', spec: { kind: 'test', size: asked, fps } };
  const isForOpenCv = text.startsWith(OPENCV);
  const what = isForOpenCv ? text.slice(OPENCV.length) : text;
  const capture = isForOpenCv ? 'opencv' : 'ffmpeg';
  const device = deviceOf(what, isForOpenCv);
  if (what === 'camera' || device !== undefined) {
    const cameraCapture = isForOpenCv ? 'opencv' : options.cameraCapture;
    const spec: CameraSpec = {
      kind: 'camera',
      device: device ?? null,
      format,
      size: asked,
      fps,
      capture: cameraCapture,
    };
    return { name: nameFrom(path.basename(device ?? what), 'camera'), spec };
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(what)) {
    const url = URL.canParse(what) ? new URL(what) : undefined;
    if (url === undefined || (url.hostname === '' && URL_SCHEMES.includes(url.protocol))) {
      throw new FramewireError(
        'source-unknown',
        `"${shownUrl(what)}" is not a URL.`,
        'It needs a host, as in rtsp://host/path.',
      );
    }
    if (URL_SCHEMES.includes(url.protocol)) {
      const rate = fps === null || isForOpenCv || !url.protocol.startsWith('http') ? {} : { fps };
      return { name: nameFrom(url.hostname, 'url'), spec: { kind: 'url', url: what, capture, ...rate } };
    }
    throw new FramewireError(
      'source-unknown',
      `Framewire cannot open ${url.protocol}// sources.`,
      'It opens rtsp://, rtsps://, http:// and https://, files, cameras and the test pattern.',
    );
  }
  if (what === '')
    throw new FramewireError(
      'source-unknown',
      'A source is empty.',
      `See what can stand there: ${PROGRAM_WITH} --help`,
    );
  const file = path.resolve(options.folder, what);
  if (!existsSync(file)) refuseOtherThanPath(what, file);
  return { name: nameFrom(path.parse(what).name, 'file'), spec: { kind: 'file', path: file, capture } };
}

/** Is for those who meant no path but wrote no URL either. @throws FramewireError source-unknown */
function refuseOtherThanPath(what: string, file: string): void {
  if (/^\d+$/.test(what)) {
    throw new FramewireError('source-unknown', `There is no file ${file}.`, `Did you mean: --source /dev/video${what}`);
  }
  const withoutScheme = what.replace(/^[a-z][a-z0-9+.-]*:\/+/i, '');
  // An address or a name with dots, and a port; or an address and a path; or what only URLs have: a user, a query.
  const isHost =
    /^([\w-]+(\.[\w-]+)*|\[[\da-f:.]+\]):\d{1,5}(\/.*)?$/i.test(what) || /^(\d{1,3}\.){3}\d{1,3}(\/.*)?$/.test(what);
  if (!isHost && withoutScheme === what && !/^[^/@]+@[^/@]+|\?[^/=]+=/.test(what)) return;
  const url = `http://${withoutScheme}`;
  const shown = shownUrl(url);
  const hint = shown === url ? `Did you mean: --source ${url}` : 'Put http:// or rtsp:// in front of it.';
  const sentence = `"${shown.slice('http://'.length)}" is neither a file nor a URL.`;
  throw new FramewireError('source-unknown', sentence, hint);
}

/** Video4Linux's character devices (Documentation/admin-guide/devices.txt of the kernel). */
const V4L_MAJOR = 81;

/**
 * The device that is meant, by its own name or by one that udev gave it.
 *
 * @param mayBeNumber OpenCV's users say 0 for the first.
 * @returns undefined for what is no camera.
 */
function deviceOf(what: string, mayBeNumber: boolean): string | undefined {
  if (mayBeNumber && /^\d+$/.test(what)) return `/dev/video${what}`;
  if (VIDEO_DEVICE.test(what) || what.startsWith('/dev/v4l/')) return what;
  return isCameraFile(what) ? path.resolve(what) : undefined;
}

const VIDEO_DEVICE = /^\/dev\/video\d+$/;

function isCameraFile(file: string): boolean {
  try {
    if (VIDEO_DEVICE.test(realpathSync(file))) return true;
    const status = statSync(file);
    // Linux has 12 bits of major number above 8 of minor.
    return status.isCharacterDevice() && ((status.rdev >> 8) & 0xfff) === V4L_MAJOR;
  } catch {
    // A camera that is not plugged in has no name either.
    return /^\/dev\/[^/.]+$/.test(file);
  }
}

function nameFrom(text: string, fallback: string): string {
  const name = text
    .toLowerCase()
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}_-]+/gu, '-')
    .replace(/^[-_]+|-+$/g, '')
    .slice(0, 64);
  return name === '' ? fallback : name;
}

/** For people: of a URL only what is no secret. */
export function describeSpec(spec: SourceSpec): string {
  switch (spec.kind) {
    case 'camera':
      return spec.device === null ? 'the first camera' : `camera ${spec.device}`;
    case 'file':
      return `file ${path.basename(spec.path)}`;
    case 'url':
      return shownUrl(spec.url);
    case 'test':
      return 'test pattern';
  }
}
