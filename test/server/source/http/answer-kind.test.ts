import { describe, expect, it } from 'vitest';
import { kindOf } from '../../../../server/src/source/http/answer-kind.js';

const kind = (type: string, first = '', boundary?: string) => kindOf({ type, boundary }, Buffer.from(first, 'latin1'));
const JPEG = '\xff\xd8\xff\xe0';

describe('an answer', () => {
  it.each(['image/jpeg', 'image/jpg', 'image/pjpeg', 'video/x-motion-jpeg', 'video/x-mjpeg', 'multipart/mixed'])(
    'of type %s is JPEGs',
    type => {
      expect(kind(type)).toBe('jpegs');
    },
  );

  it.each([
    'video/mp2t',
    'video/mp4',
    'application/vnd.apple.mpegurl',
    'audio/x-mpegurl',
    'image/webp',
    'video/jpeg2000',
  ])('of type %s is for FFmpeg', type => {
    expect(kind(type)).toBe('media');
  });

  it.each([
    ['', '', undefined],
    ['application/octet-stream', JPEG, 'jpegs'],
    ['', `\0\0${JPEG}`, 'jpegs'],
    ['text/plain', '--frame\r\nContent-Type: image/jpeg', 'jpegs'],
    ['', '\r\nContent-Length: 17\r\n\r\n', 'jpegs'],
    ['application/octet-stream', '--frame', undefined],
    ['application/octet-stream', 'G'.repeat(512), 'media'],
    ['application/octet-stream', '#EXTM3U\n', 'media'],
    ['text/html', JPEG, 'page'],
    ['', '\n<!DOCTYPE html>', 'page'],
    ['text/plain', '<?xml version="1.0"?><html>', 'page'],
  ])('of type %j that begins with %j is %s', (type, first, expected) => {
    expect(kind(type, first)).toBe(expected);
  });

  it('with a boundary is JPEGs, whatever it is called', () => {
    expect(kind('text/html', '', 'frame')).toBe('jpegs');
  });
});
