import {
  AVERROR_EACCES,
  AVERROR_EBUSY,
  AVERROR_EIO,
  AVERROR_ENODEV,
  AVERROR_ENOENT,
  AVERROR_EOF,
  AVERROR_EPERM,
  AVERROR_EXIT,
  AVERROR_HTTP_FORBIDDEN,
  AVERROR_HTTP_NOT_FOUND,
  AVERROR_HTTP_UNAUTHORIZED,
} from 'node-av/constants';
import { FFmpegError } from 'node-av/lib';
import { FramewireError, type ErrorCode } from '../../errors.js';

type Sentence = [code: ErrorCode, message: (what: string) => string, hint?: string];

const CAMERA: ReadonlyMap<number, Sentence> = new Map<number, Sentence>([
  [
    AVERROR_ENOENT,
    ['source-not-found', what => `There is no ${what}.`, 'Plug it in, or see which there are: ls /dev/video*'],
  ],
  [
    AVERROR_EACCES,
    [
      'source-denied',
      what => `This user may not read ${what}.`,
      'Join its group and log in again: sudo usermod -aG video $USER',
    ],
  ],
  [AVERROR_EPERM, ['source-denied', what => `This user may not read ${what}.`]],
  [AVERROR_EBUSY, ['source-busy', what => `Another program uses ${what}.`, 'Find it with: fuser -v /dev/video*']],
  [AVERROR_ENODEV, ['source-unplugged', what => `${upper(what)} is gone.`, 'Plug it in again.']],
  [AVERROR_EIO, ['source-unplugged', what => `${upper(what)} no longer answers.`, 'Plug it in again.']],
  [AVERROR_EXIT, ['source-stalled', what => `${upper(what)} gives no pictures.`]],
]);

const FILE: ReadonlyMap<number, Sentence> = new Map<number, Sentence>([
  [AVERROR_ENOENT, ['source-not-found', what => `There is no ${what}.`, 'Check the path.']],
  [AVERROR_EACCES, ['source-denied', what => `This user may not read ${what}.`, 'Check its permissions: ls -l']],
]);

const NETWORK: ReadonlyMap<number, Sentence> = new Map<number, Sentence>([
  [AVERROR_EOF, ['source-ended', what => `${what} has ended.`]],
  [AVERROR_EXIT, ['source-stalled', what => `${what} gives no pictures.`]],
  [AVERROR_EIO, ['source-unreachable', what => `${what} cannot be reached.`, 'Check the address, and that it is on.']],
  [AVERROR_HTTP_UNAUTHORIZED, ['source-denied', what => `${what} wants another user name or password.`]],
  [AVERROR_HTTP_FORBIDDEN, ['source-denied', what => `${what} refuses this user.`]],
  [
    AVERROR_HTTP_NOT_FOUND,
    ['source-not-found', what => `${what} does not exist on that server.`, 'Check the path of the URL.'],
  ],
]);

/**
 * FFmpeg's number as a sentence.
 *
 * @param what names the source as in the middle of a sentence: `camera /dev/video0`.
 */
export function sourceFailure(kind: 'camera' | 'file' | 'url', what: string, averror: number): FramewireError {
  const known = { camera: CAMERA, file: FILE, url: NETWORK }[kind].get(averror);
  if (known !== undefined) return new FramewireError(known[0], known[1](what), known[2]);
  const detail = FFmpegError.strerror(averror);
  if (kind === 'url') return new FramewireError('source-unreachable', `${what} cannot be opened: ${detail}.`);
  return new FramewireError('source-unreadable', `${upper(what)} cannot be read: ${detail}.`);
}

/** A server on the network gave an answer, and FFmpeg makes nothing of it. */
export function notUnderstood(what: string, cause?: unknown): FramewireError {
  return new FramewireError(
    'source-not-understood',
    `${what} answers, but what it sends cannot be read as video.`,
    'Check the path. A file on a server needs its index in front: ffmpeg -i in.mp4 -c copy -movflags +faststart out.mp4',
    { cause },
  );
}

function upper(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
