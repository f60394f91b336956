import type { HttpAnswer } from './http-client.js';

/** Types that say it. `image/*` may be wrong: some cameras call a whole stream so. */
const JPEGS = /^multipart\/|^(image|video|application)\/(x-)?(p|m|motion-?)?jpe?g$/;

/** Types that are surely another kind of video, or a list of it: FFmpeg knows them. */
const OTHER_MEDIA = /^(video|audio|image)\/|mpegurl|dash\+xml/;

const FIRST_JPEG = Buffer.from([0xff, 0xd8, 0xff]);

/** So many bytes are enough to know. */
const KNOWN_AFTER = 512;

/**
 * Whether an answer is JPEGs, other media for FFmpeg, or a page for people. Pure.
 *
 * @param first the first bytes of the body, as many as came at once.
 * @returns undefined when more bytes are needed: call it with all of them.
 */
export function kindOf(
  { type, boundary }: Pick<HttpAnswer, 'type' | 'boundary'>,
  first: Buffer,
): 'jpegs' | 'media' | 'page' | undefined {
  if (JPEGS.test(type) || boundary !== undefined) return 'jpegs';
  if (OTHER_MEDIA.test(type)) return 'media';
  const text = first.subarray(0, KNOWN_AFTER).toString('latin1').trimStart();
  if (type === 'text/html' || /^<(!doctype html|html|head|body|\?xml[^>]*>\s*<html)/i.test(text)) return 'page';
  if (first.subarray(0, KNOWN_AFTER).includes(FIRST_JPEG)) return 'jpegs';
  // A boundary of its own, or part headers without one.
  if (/^(--[^\r\n]+\r?\n)?(content-(type|length)) *:/i.test(text)) return 'jpegs';
  // Lists of HLS, and descriptions of a session, may be as short as they like.
  if (/^(#EXTM3U|v=0)/.test(text)) return 'media';
  return first.length < KNOWN_AFTER ? undefined : 'media';
}
