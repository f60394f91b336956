import {
  AVERROR_EBUSY,
  AVERROR_EIO,
  AVERROR_ENODEV,
  AVERROR_ENOENT,
  AVERROR_EXIT,
  AVERROR_HTTP_NOT_FOUND,
  AVERROR_HTTP_UNAUTHORIZED,
  AVERROR_EACCES,
  AVERROR_EOF,
  AVERROR_INVALIDDATA,
} from 'node-av/constants';
import { describe, expect, it } from 'vitest';
import { sourceFailure } from '../../../../server/src/source/ffmpeg/failure.js';

const WHAT = { camera: 'camera /dev/video0', file: 'file yard.mp4', url: 'rtsp://gate.lan/live' } as const;

describe('what FFmpeg says in numbers', () => {
  it.each([
    ['camera', AVERROR_ENOENT, 'source-not-found', 'There is no camera /dev/video0.'],
    ['camera', AVERROR_EACCES, 'source-denied', 'This user may not read camera /dev/video0.'],
    ['camera', AVERROR_EBUSY, 'source-busy', 'Another program uses camera /dev/video0.'],
    ['camera', AVERROR_ENODEV, 'source-unplugged', 'Camera /dev/video0 is gone.'],
    ['camera', AVERROR_EIO, 'source-unplugged', 'Camera /dev/video0 no longer answers.'],
    ['file', AVERROR_ENOENT, 'source-not-found', 'There is no file yard.mp4.'],
    ['file', AVERROR_EACCES, 'source-denied', 'This user may not read file yard.mp4.'],
    [
      'file',
      AVERROR_INVALIDDATA,
      'source-unreadable',
      'File yard.mp4 cannot be read: Invalid data found when processing input.',
    ],
    ['url', AVERROR_EIO, 'source-unreachable', 'rtsp://gate.lan/live cannot be reached.'],
    ['url', AVERROR_EOF, 'source-ended', 'rtsp://gate.lan/live has ended.'],
    ['url', AVERROR_EXIT, 'source-stalled', 'rtsp://gate.lan/live gives no pictures.'],
    ['url', AVERROR_HTTP_UNAUTHORIZED, 'source-denied', 'rtsp://gate.lan/live wants another user name or password.'],
    ['url', AVERROR_HTTP_NOT_FOUND, 'source-not-found', 'rtsp://gate.lan/live does not exist on that server.'],
  ] as const)('of a %s, %i, is a %s: %s', (...[kind, averror, code, message]) => {
    expect(sourceFailure(kind, WHAT[kind], averror)).toMatchObject({ code, message });
  });
});
