import type { Broadcaster } from '../broadcast/broadcaster.js';
import { FramewireError, isErrorCode } from '../errors.js';
import type { EncodedFrame } from '../frames.js';
import { monotonicMs } from '../monotonic.js';
import type { MediaQuery } from './media-query.js';

/** A source that must be opened first has this long to give its first picture, ms. */
const TIMEOUT_MS = 8000;

export const SNAPSHOT_FORMATS = ['jpg', 'png', 'webp'] as const;
export type SnapshotFormat = (typeof SNAPSHOT_FORMATS)[number];

/**
 * One new picture: captured after the request came, not an old one that lay around.
 *
 * @throws FramewireError unknown-stream; the source's own error when there is no picture to be had; no-frame after 8 s.
 */
export function takeSnapshot(broadcaster: Broadcaster, { stream, request }: MediaQuery): Promise<EncodedFrame> {
  const askedAt = monotonicMs();
  const source = broadcaster.stream(stream);
  return new Promise((resolve, reject) => {
    const done = (settle: () => void) => {
      clearTimeout(timer);
      // A lease is not given back from within its own acquisition.
      queueMicrotask(() => lease[Symbol.dispose]());
      settle();
    };
    const timer = setTimeout(() => {
      const message = `${source.name} gave no picture for ${TIMEOUT_MS / 1000} s.`;
      done(() => reject(new FramewireError('no-frame', message, 'Try again, or look at /api/streams.')));
    }, TIMEOUT_MS);
    const lease = source.acquire(request, {
      frame: frame => {
        if (frame.header.capturedAt >= askedAt && !frame.header.placeholder) done(() => resolve(frame));
      },
      startRung: () => 0,
      chosen: () => undefined,
      source: state => {
        if (state.state !== 'lost') return;
        const code = isErrorCode(state.code) ? state.code : 'no-frame';
        done(() => reject(new FramewireError(code, state.reason)));
      },
    });
    lease.setReady(true);
  });
}

/** @returns the picture in that format, encoded by libvips' own threads. */
export async function convertSnapshot(jpeg: Uint8Array, format: Exclude<SnapshotFormat, 'jpg'>): Promise<Buffer> {
  // Loaded when needed: most servers never make one.
  const { default: sharp } = await import('sharp');
  return sharp(jpeg).toFormat(format).toBuffer();
}
