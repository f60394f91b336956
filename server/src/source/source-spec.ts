import path from 'node:path';
import * as z from 'zod';
import { FramewireError } from '../errors.js';

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
  z.object({ kind: z.literal('url'), url: z.string(), capture: captureEngine }),
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
}

const URL_SCHEMES = ['rtsp:', 'rtsps:', 'http:', 'https:'];
const NAMED = /^([a-z0-9][a-z0-9_-]{0,63})=(.+)$/i;

/**
 * Parses one `--source`: `camera`, `/dev/video0`, `test`, a URL or a file, with `opencv:` in front where OpenCV shall
 * read it (`opencv:0`), and with a name in front of all if wanted (`gate=/dev/video0`).
 *
 * @returns the name given, or one that follows from the source; made unique by the caller.
 * @throws FramewireError source-unknown
 */
export function parseSource(text: string, options: SourceOptions): { name: string; spec: SourceSpec } {
  const { name, rest } = splitName(text);
  const found = recognise(rest, options);
  return { name: name ?? found.name, spec: found.spec };
}

/** `gate=/dev/video0` names what follows; `name` is undefined where nothing is named. */
export function splitName(text: string): { name: string | undefined; rest: string } {
  const named = NAMED.exec(text);
  return { name: named?.[1], rest: named?.[2] ?? text };
}

/** In front of a camera, a file or a URL: OpenCV reads it. */
const OPENCV = 'opencv:';

function recognise(text: string, options: SourceOptions): { name: string; spec: SourceSpec } {
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
      throw new FramewireError('source-unknown', `"${what}" is no URL.`, 'It needs a host, as in rtsp://host/path.');
    }
    if (URL_SCHEMES.includes(url.protocol)) {
      return { name: nameFrom(url.hostname, 'url'), spec: { kind: 'url', url: what, capture } };
    }
    throw new FramewireError(
      'source-unknown',
      `Framewire opens no ${url.protocol}// sources.`,
      'It opens rtsp://, rtsps://, http:// and https://, files, cameras and the test pattern.',
    );
  }
  if (what === '')
    throw new FramewireError('source-unknown', 'A source is empty.', 'See --help for what can stand there.');
  return { name: nameFrom(path.parse(what).name, 'file'), spec: { kind: 'file', path: path.resolve(what), capture } };
}

/** @param mayBeNumber OpenCV's users say 0 for the first. */
function deviceOf(what: string, mayBeNumber: boolean): string | undefined {
  if (mayBeNumber && /^\d+$/.test(what)) return `/dev/video${what}`;
  return /^\/dev\/video\d+$/.test(what) || what.startsWith('/dev/v4l/') ? what : undefined;
}

function nameFrom(text: string, fallback: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+|-+$/g, '')
    .slice(0, 64);
  return name === '' ? fallback : name;
}

/** For people, without the password that a camera's URL may hold. */
export function describeSpec(spec: SourceSpec): string {
  switch (spec.kind) {
    case 'camera':
      return spec.device === null ? 'the first camera' : `camera ${spec.device}`;
    case 'file':
      return `file ${path.basename(spec.path)}`;
    case 'url':
      return withoutPassword(spec.url);
    case 'test':
      return 'test pattern';
  }
}

function withoutPassword(text: string): string {
  const url = new URL(text);
  if (url.password !== '') url.password = '***';
  return url.href;
}
