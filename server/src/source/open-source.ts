import { FramewireError } from '../errors.js';
import { openCamera } from './camera.js';
import { notUnderstood } from './ffmpeg/failure.js';
import { openFile, openUrl } from './ffmpeg/media.js';
import { UPRIGHT } from './orientation.js';
import { OrientedSource } from './oriented-source.js';
import { ConfinedProxy } from './http/confined-proxy.js';
import { openHttp } from './http/mjpeg-source.js';
import type { Source, SourceHost } from './source.js';
import { describeSpec, type SourceSpec } from './source-spec.js';

/**
 * Opens a source whose pictures come upright.
 *
 * @param orientation what the user adds to what the source and its pictures say of themselves.
 * @throws FramewireError of a `source-` code, or opencv-missing, with what to do about it.
 */
export async function openSource(spec: SourceSpec, host: SourceHost, orientation = UPRIGHT): Promise<Source> {
  return new OrientedSource(await openAsItIs(spec, host), orientation);
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
  const { mediaUrl, isLocal } = opened;
  const localHost = isLocal ? new URL(mediaUrl).hostname : undefined;
  try {
    const proxy = await ConfinedProxy.open({ what, localHost, warn: message => host.warn(message) });
    return await openUrl(mediaUrl, what, host, proxy);
  } catch (error) {
    if (!(error instanceof FramewireError) || error.code !== 'source-unreachable') throw error;
    // It has just answered.
    throw notUnderstood(what, error);
  }
}
