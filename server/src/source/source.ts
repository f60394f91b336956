import { FramewireError } from '../errors.js';
import type { Picture, SourceInfo } from '../frames.js';
import { openCamera } from './camera.js';
import { notUnderstood } from './ffmpeg/failure.js';
import { openFile, openUrl } from './ffmpeg/media.js';
import { UPRIGHT, compose, isUpright, type Orientation } from './orientation.js';
import { openHttp } from './http/mjpeg-source.js';
import { describeSpec, type SourceSpec } from './source-spec.js';

/** An open source: pictures come out of it one by one, as fast as it makes them. */
export interface Source {
  /** As of the last picture; another object when its size has changed. */
  readonly info: SourceInfo;
  /** How its pictures are meant to be turned, where it says so itself. */
  readonly orientation?: Orientation;
  /** Data comes, and will be pictures from the next key frame on: its silence is no stall. */
  readonly waitsForKeyFrame?: boolean;
  /**
   * The next picture; the caller frees it. Call it again at once, or the device's own queue grows old.
   *
   * @throws FramewireError of a `source-` code when the source ended, vanished or was closed.
   */
  read(): Promise<Picture>;
  /** Ends a pending read too. Waits until every picture is freed, because some lie in the device's own memory. */
  close(): Promise<void>;
}

/** What a source may tell the process that it lives in. */
export interface SourceHost {
  /** Something is other than asked for, yet it goes on. */
  warn(message: string): void;
  /** Native code is about to hold the event loop for up to so long, ms: to be awaited before it does. */
  expectBlocking(ms: number): Promise<void>;
  /** A user's step will want every picture as an OpenCV matrix. */
  readonly wantsMats: boolean;
}

/**
 * Opens a source whose pictures come upright.
 *
 * @param orientation what the user adds to what the source says of itself.
 * @throws FramewireError of a `source-` code, or opencv-missing, with what to do about it.
 */
export async function openSource(spec: SourceSpec, host: SourceHost, orientation = UPRIGHT): Promise<Source> {
  const source = await openAsItIs(spec, host);
  const whole = compose(source.orientation ?? UPRIGHT, orientation);
  if (isUpright(whole)) return source;
  const { OrientedSource } = await import('./oriented-source.js');
  return new OrientedSource(source, whole);
}

async function openAsItIs(spec: SourceSpec, host: SourceHost): Promise<Source> {
  switch (spec.kind) {
    case 'camera':
      return openCamera(spec, host);
    case 'file':
    case 'url':
      return openMedia(spec, host);
    case 'test': {
      // Loaded when needed: its fonts would add a tenth of a second to the start of every camera.
      const { openTestPattern } = await import('./test-pattern.js');
      return openTestPattern(spec.size ?? { width: 1280, height: 720 }, spec.fps ?? 30);
    }
  }
}

async function openMedia(spec: Extract<SourceSpec, { kind: 'file' | 'url' }>, host: SourceHost): Promise<Source> {
  const what = describeSpec(spec);
  if (spec.capture === 'opencv') {
    const { openOpenCvMedia } = await import('./opencv/opencv-media.js');
    return openOpenCvMedia({ kind: spec.kind, url: spec.kind === 'file' ? spec.path : spec.url, what }, host);
  }
  if (spec.kind === 'file') return openFile(spec.path, host);
  if (!spec.url.startsWith('http')) return openUrl(spec.url, what, host);
  const opened = await openHttp({ url: spec.url, what, fps: spec.fps ?? null }, host);
  if (!('mediaUrl' in opened)) return opened;
  try {
    return await openUrl(opened.mediaUrl, what, host);
  } catch (error) {
    if (!(error instanceof FramewireError) || error.code !== 'source-unreachable') throw error;
    // It has just answered.
    throw notUnderstood(what, error);
  }
}
