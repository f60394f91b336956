import type { Quality } from '@framewire/shared/rendition';
import { refusalOf } from './connection/socket/refusal.js';
import { untrusted } from './connection/socket/untrusted.js';
import { pictureUrl, webSocketUrl } from './connection/server-url.js';
import { clientError, FramewireClientError } from './errors.js';

/** What picture to take. */
export interface SnapshotOptions {
  /** Absent: the server's first stream. */
  stream?: string;
  /** Absent: `jpg`. */
  format?: 'jpg' | 'png' | 'webp';
  /** 1-100, or `source`: the camera's own JPEG untouched. Absent: 90. */
  quality?: Quality;
  /** Upper bounds, 16-16384 pixels; absent: the source's own size. */
  maxWidth?: number;
  maxHeight?: number;
  /** As for `connect`. */
  token?: string | undefined;
  /** Gives up waiting for it; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * One fresh picture by plain HTTP, in full size unless bounded, whatever is watched: for Node, and for pages that want more
 * than a view shows. It opens the camera if nobody watches, and so may take some seconds.
 *
 * @param server as for `connect`
 * @returns the file, with its media type; the caller owns it
 * @throws FramewireClientError bad-address, unreachable, or with the server's code (`unknown-stream`, `no-frame`, ...)
 */
export async function snapshot(server: string, options: SnapshotOptions = {}): Promise<Blob> {
  const { format = 'jpg', signal = null, token, ...wishes } = options;
  const socket = webSocketUrl(server, typeof location === 'undefined' ? undefined : location.href);
  const url = pictureUrl({ url: socket, token }, `snapshot.${format}`, wishes);
  let response: Response;
  try {
    response = await fetch(url, { cache: 'no-store', signal });
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    const refusal = cause instanceof Error ? untrusted(url.host, cause.cause) : undefined;
    if (refusal !== undefined) throw new FramewireClientError(refusal.code, refusal.reason, { cause });
    throw clientError('unreachable', `${url.host} cannot be reached, or does not let this page read.`, { cause });
  }
  if (response.ok) return response.blob();
  const { code, reason } = refusalOf(socket, response.status, await response.text());
  throw new FramewireClientError(code, reason);
}
