import { describe, expect, it } from 'vitest';
import { FramewireClientError } from '../../client/src/errors.js';
import { webSocketUrl } from '../../client/src/server-url.js';

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
  ])('%s on %s is %s', (server, base, expected) => {
    expect(webSocketUrl(server, base)).toBe(expected);
  });

  it.each(['', '/', 'localhost:8080', 'camera', 'ftp://host', 'file:///tmp', 'http://'])('refuses "%s"', server => {
    expect(() => webSocketUrl(server, undefined)).toThrow(FramewireClientError);
    expect(() => webSocketUrl(server, undefined)).toThrow(
      expect.objectContaining({
        code: 'bad-address',
        hint: 'An address is written like this: http://camera.local:8080',
      }),
    );
  });
});
