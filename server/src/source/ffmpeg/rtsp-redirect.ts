import { FramewireError } from '../../errors.js';
import { shownUrl } from '../../ops/url-secrets.js';
import { localAddressOf } from '../http/local-address.js';

/**
 * Judges where a camera has led FFmpeg, which follows redirects of RTSP by itself and has no option against it. Requests of
 * RTSP were sent by then, but their answers went nowhere, and not a picture of another host of this machine or its link
 * is shown.
 *
 * @param url of the user. @param opened as FFmpeg has it after opening: the one where redirects ended.
 * @throws FramewireError source-denied
 */
export async function refuseLocalRedirect(what: string, url: string, opened: string): Promise<void> {
  const host = hostOf(opened);
  if (host === hostOf(url)) return;
  const local = host === undefined ? shownUrl(opened) : await localAddressOf(host);
  if (local === undefined) return;
  const sentence = `${what} redirects to ${local}, which is this machine or its own link: that is not followed.`;
  throw new FramewireError('source-denied', sentence, 'If that is where the pictures are, name it as --source.');
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}
