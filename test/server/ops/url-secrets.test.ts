import { describe, expect, it } from 'vitest';
import { shownUrl, withoutUrlSecrets } from '../../../server/src/ops/url-secrets.js';

describe('a URL as it is shown', () => {
  it.each([
    ['rtsp://gate.lan:554/live', 'rtsp://gate.lan:554/live'],
    ['http://gate.lan', 'http://gate.lan'],
    ['http://gate.lan/', 'http://gate.lan/'],
    ['http://[fe80::1]:81/video', 'http://[fe80::1]:81/video'],
    ['rtsp://me:secret@gate.lan/live', 'rtsp://gate.lan/live'],
    ['rtsp://secret@gate.lan/live', 'rtsp://gate.lan/live'],
    ['http://gate.lan/video?user=me&pwd=secret&size=2', 'http://gate.lan/video'],
    ['http://gate.lan?secret', 'http://gate.lan'],
    ['http://gate.lan/video#secret', 'http://gate.lan/video'],
    ['rtsp://gate.lan/user=secret&password=secret&channel=1', 'rtsp://gate.lan/user=***'],
    ['rtsp://gate.lan/user=secret_password=secret_channel=1.sdp/track1', 'rtsp://gate.lan/user=***/track1'],
    ['rtsp://gate.lan/cam/realmonitor', 'rtsp://gate.lan/cam/realmonitor'],
    // None of these can be read as a URL: the password was not encoded.
    ['rtsp://me:sec/secret@gate.lan/live', 'rtsp://gate.lan'],
    ['rtsp://me:sec#secret@gate.lan:554/live?secret', 'rtsp://gate.lan:554'],
    ['rtsp://me:secret', 'rtsp://'],
    ['rtsp://', 'rtsp://'],
  ])('%s becomes %s', (url, shown) => {
    expect(shownUrl(url)).toBe(shown);
  });
});

describe('a text', () => {
  it.each([
    [
      "keepalive request failed for 'http://gate.lan/seg-1.ts?token=secret' with error",
      "keepalive request failed for 'http://gate.lan/seg-1.ts' with error",
    ],
    ['[rtsp @ 0x55] rtsp://me:secret@gate.lan/live: 401.', '[rtsp @ 0x55] rtsp://gate.lan/live: 401.'],
    ['It redirects to https://cdn.lan/a?sig=secret.', 'It redirects to https://cdn.lan/a.'],
    ['Open http://localhost:8080/. Or http://[::1]:8080/', 'Open http://localhost:8080/. Or http://[::1]:8080/'],
    ['Unknown option --sauce=rtsp://me:secret@gate.lan/1', 'Unknown option --sauce=rtsp://gate.lan/1'],
    ['"start", where source.url is "rtsp://me:secr', '"start", where source.url is "rtsp://'],
    ['no URL at all: a?b=c', 'no URL at all: a?b=c'],
  ])('loses the secrets of every URL in it: %s', (text, cleaned) => {
    expect(withoutUrlSecrets(text)).toBe(cleaned);
  });

  it.each(['GET /video?pwd=a secret&x=1 failed', 'at me:a secret@gate.lan', 'GET /video?pwd=a%20secret&x=1 failed'])(
    'about a camera loses what is quoted of its URL: %s',
    text => {
      const cleaned = withoutUrlSecrets(text, 'http://me:a secret@gate.lan/video?pwd=a secret&x=1');
      expect(cleaned).not.toContain('secret');
    },
  );
});
