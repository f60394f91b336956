import { describe, expect, it } from 'vitest';
import { isBrowser, readsAhead } from '../../../../server/src/transport/http/browser.js';

/** What they really send, by 2025; `undefined`: no such header. */
const BROWSERS: Record<string, string> = {
  'Chromium, <img>': 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
  'Chromium, a page of its own':
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7',
  'Firefox 140, <img>': 'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
  'Firefox 115, <img>': 'image/avif,image/webp,*/*',
  'Firefox 60, <img>': 'image/webp,*/*',
  'Firefox, a page of its own': 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'Safari 17, <img>':
    'image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
  'Safari 13, <img>': 'image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5',
  'Safari, a page of its own': 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'the page of this server, where no WebSocket opens': 'image/*',
  'in capitals': 'IMAGE/WEBP, TEXT/HTML',
};

const PROGRAMS: Record<string, string | undefined> = {
  'OpenCV and ffmpeg': '*/*',
  VLC: '*/*',
  'GStreamer’s souphttpsrc': undefined,
  Motion: undefined,
  'requests of Python': '*/*',
  'aiohttp, and with it Home Assistant': '*/*',
  'httpx, and with it Home Assistant': '*/*',
  curl: '*/*',
  wget: '*/*',
  'urllib of Python': undefined,
  'Node’s fetch, and that of pages': '*/*',
  'one that takes what is sent': 'multipart/x-mixed-replace',
  'one that says nothing of it': '',
};

describe('who asks for pictures', () => {
  it.each(Object.entries(BROWSERS))('is a browser: %s', (_name, accept) => expect(isBrowser({ accept })).toBe(true));

  it.each(Object.entries(PROGRAMS))('is a program: %s', (_name, accept) => {
    expect(isBrowser(accept === undefined ? {} : { accept })).toBe(false);
  });
});

describe('a library that reads ahead', () => {
  it.each([
    ['Python/3.11 aiohttp/3.8.4', true],
    ['python-requests/2.28.1', false],
    ['Lavf/59.27.100', false],
    [undefined, false],
  ])('is known by its name (%s)', (agent, isKnown) => {
    expect(readsAhead({ 'user-agent': agent })).toBe(isKnown);
  });
});
