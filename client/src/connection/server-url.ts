import type { Wishes } from '@framewire/shared/control';
import { clientError } from '../errors.js';
import type { Target } from './socket/socket.js';

/** `localhost:8080`, `[::1]:8080/cameras/`: what URLs would read as a scheme, or as nothing. */
const HOST_AND_PORT = /^(\[[\da-f:.]+\]|[\w.-]+):\d+(?=\/|$)/i;

type PictureWishes = Wishes & { stream?: string };

/** @returns `http://host:8080` for `host:8080`, anything else as it is. */
export function withScheme(server: string): string {
  return HOST_AND_PORT.test(server) ? `http://${server}` : server;
}

/**
 * The WebSocket's address for a server's: `http://host:8080` is `ws://host:8080/ws`, as is `host:8080`;
 * `https://host/cameras/` (behind a proxy) is `wss://host/cameras/ws`; an address that ends in `/ws` is taken as it is.
 * @param base what a relative address is relative to; undefined where there is no page
 * @throws FramewireClientError bad-address
 */
export function webSocketUrl(server: string, base: string | undefined): string {
  const url = parseUrl(withScheme(server), base);
  const protocol = url?.protocol.replace('http', 'ws') ?? '';
  if (url === undefined || url.host === '' || !/^wss?:$/.test(protocol)) {
    const hint = 'An address is written like this: http://camera.local:8080';
    throw clientError('bad-address', `"${server}" is no address of a server.`, { hint });
  }
  const folder = url.pathname.slice(0, url.pathname.lastIndexOf('/') + 1);
  const path = url.pathname.endsWith('/ws') ? url.pathname : `${folder}ws`;
  return `${protocol}//${url.host}${path}${url.search}`;
}

function parseUrl(text: string, base: string | undefined): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

/**
 * Where the same pictures are to be had by plain HTTP.
 *
 * @param server absolute, and one that `webSocketUrl` takes
 */
export function videoFeedUrl(server: string, token: string | undefined, wishes: PictureWishes): string {
  const url = pictureUrl({ url: webSocketUrl(server, undefined), token }, 'video_feed', wishes);
  // It is shown in whatever size it comes, and changes when the link does.
  url.searchParams.set('size', 'auto');
  return url.href;
}

/**
 * What of a server's pictures is asked for by plain HTTP.
 *
 * @param target its `url` as `webSocketUrl` gives it
 * @param name of the file: `video_feed`, `snapshot.jpg`
 */
export function pictureUrl(target: Target, name: string, { stream, ...wishes }: PictureWishes): URL {
  const url = new URL(target.url.replace(/^ws/, 'http'));
  url.pathname = url.pathname.replace(/ws$/, name);
  const { quality, maxWidth, maxHeight, fps, mode, latencyBudgetMs } = wishes;
  const { token } = target;
  const asked = { token, stream, quality, fps, width: maxWidth, height: maxHeight, mode, latencyBudgetMs };
  for (const [parameter, value] of Object.entries(asked)) {
    if (value !== undefined && value !== null) url.searchParams.set(parameter, String(value));
  }
  return url;
}

/** Whether the page or worker that this runs in came from there. @param url absolute */
export function isOwnServer(url: string): boolean {
  // So browsers name the origin of a page that was opened as a file.
  return origin !== 'null' && new URL(origin).host === new URL(url).host;
}
