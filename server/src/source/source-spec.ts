import path from 'node:path';
import * as z from 'zod';
import { FramewireError } from '../errors.js';

const size = z.object({ width: z.int(), height: z.int() });

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
  }),
  z.object({ kind: z.literal('file'), path: z.string() }),
  z.object({ kind: z.literal('url'), url: z.string() }),
  z.object({ kind: z.literal('test'), size: size.nullable(), fps: z.number().nullable() }),
]);
export type SourceSpec = z.infer<typeof sourceSpec>;
export type CameraSpec = Extract<SourceSpec, { kind: 'camera' }>;

export interface SourceOptions {
  size: { width: number; height: number } | null;
  fps: number | null;
  cameraFormat: CameraSpec['format'];
}

const URL_SCHEMES = ['rtsp:', 'rtsps:', 'http:', 'https:'];
const NAMED = /^([a-z0-9][a-z0-9_-]{0,63})=(.+)$/i;

/**
 * Parses one `--source`: `camera`, `/dev/video0`, `test`, a URL or a file, each with a name in front if wanted
 * (`gate=/dev/video0`).
 *
 * @returns the name given, or one that follows from the source; made unique by the caller.
 * @throws FramewireError source-unknown
 */
export function parseSource(text: string, options: SourceOptions): { name: string; spec: SourceSpec } {
  const named = NAMED.exec(text);
  const what = named?.[2] ?? text;
  const found = recognise(what, options);
  return { name: named?.[1] ?? found.name, spec: found.spec };
}

function recognise(what: string, options: SourceOptions): { name: string; spec: SourceSpec } {
  const { size: asked, fps, cameraFormat } = options;
  if (what === 'test') return { name: 'test', spec: { kind: 'test', size: asked, fps } };
  if (what === 'camera') {
    return { name: 'camera', spec: { kind: 'camera', device: null, format: cameraFormat, size: asked, fps } };
  }
  if (/^\/dev\/video\d+$/.test(what) || what.startsWith('/dev/v4l/')) {
    const name = nameFrom(path.basename(what), 'camera');
    return { name, spec: { kind: 'camera', device: what, format: cameraFormat, size: asked, fps } };
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(what)) {
    const url = URL.canParse(what) ? new URL(what) : undefined;
    if (url === undefined || (url.hostname === '' && URL_SCHEMES.includes(url.protocol))) {
      throw new FramewireError('source-unknown', `"${what}" is no URL.`, 'It needs a host, as in rtsp://host/path.');
    }
    if (URL_SCHEMES.includes(url.protocol)) {
      return { name: nameFrom(url.hostname, 'url'), spec: { kind: 'url', url: what } };
    }
    throw new FramewireError(
      'source-unknown',
      `Framewire opens no ${url.protocol}// sources.`,
      'It opens rtsp://, rtsps://, http:// and https://, files, cameras and the test pattern.',
    );
  }
  if (what === '')
    throw new FramewireError('source-unknown', 'A source is empty.', 'See --help for what can stand there.');
  return { name: nameFrom(path.parse(what).name, 'file'), spec: { kind: 'file', path: path.resolve(what) } };
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
