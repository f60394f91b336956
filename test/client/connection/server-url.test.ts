import { describe, expect, it } from 'vitest';
import { FramewireClientError } from '../../../client/src/errors.js';
import { videoFeedUrl, webSocketUrl } from '../../../client/src/connection/server-url.js';

const PAGE = 'https://site.example/cameras/index.html?a=1#top';

describe('webSocketUrl', () => {
  it.each([
    ['http://localhost:8080', undefined, 'ws://localhost:8080/ws'],
    ['http://localhost:8080/', undefined, 'ws://localhost:8080/ws'],
    ['https://host', undefined, 'wss://host/ws'],
    ['ws://host:1/ws', undefined, 'ws://host:1/ws'],
    ['wss://host', undefined, 'wss://host/ws'],
    ['http://[::1]:8080', undefined, 'ws://[::1]:8080/ws'],
    ['https://proxy/cam/', undefined, 'wss://proxy/cam/ws'],
    ['https://proxy/cam/framewire.js', undefined, 'wss://proxy/cam/ws'],
    ['http://host/?token=a', undefined, 'ws://host/ws?token=a'],
    ['', PAGE, 'wss://site.example/cameras/ws?a=1'],
    ['/', PAGE, 'wss://site.example/ws'],
    ['/yard/', PAGE, 'wss://site.example/yard/ws'],
    ['http://other:8080', PAGE, 'ws://other:8080/ws'],
    ['localhost:8080', undefined, 'ws://localhost:8080/ws'],
    ['192.168.1.7:8080/cam/', PAGE, 'ws://192.168.1.7:8080/cam/ws'],
    ['gate_2.local:8080', PAGE, 'ws://gate_2.local:8080/ws'],
    ['[::1]:8080', undefined, 'ws://[::1]:8080/ws'],
  ])('%s on %s is %s', (server, base, expected) => {
    expect(webSocketUrl(server, base)).toBe(expected);
  });

  it.each(['', '/', 'localhost:', 'host:port', 'camera', 'ftp://host', 'file:///tmp', 'http://'])(
    'refuses "%s"',
    server => {
      expect(() => webSocketUrl(server, undefined)).toThrow(FramewireClientError);
      expect(() => webSocketUrl(server, undefined)).toThrow(
        expect.objectContaining({
          code: 'bad-address',
          hint: 'An address is written like this: http://camera.local:8080',
        }),
      );
    },
  );
});

describe('videoFeedUrl', () => {
  it.each([
    ['http://localhost:8080', {}, 'http://localhost:8080/video_feed?size=auto'],
    ['wss://proxy/cam/ws?token=a', {}, 'https://proxy/cam/video_feed?token=a&size=auto'],
    [
      'http://host/',
      { stream: 'the gate', quality: 60, maxWidth: 640, maxHeight: null, fps: 15, mode: 'fixed', latencyBudgetMs: 200 },
      'http://host/video_feed?stream=the+gate&quality=60&fps=15&width=640&mode=fixed&latencyBudgetMs=200&size=auto',
    ],
  ] as const)('of %s with %j is %s', (server, watch, expected) => {
    expect(videoFeedUrl(server, undefined, watch)).toBe(expected);
  });

  it('shows the token', () => {
    expect(videoFeedUrl('http://host', 'fw_x', {})).toBe('http://host/video_feed?token=fw_x&size=auto');
  });
});
