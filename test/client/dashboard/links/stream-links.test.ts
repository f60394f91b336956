import { expect, test } from 'vitest';
import { streamLinks } from '../../../../client/dashboard/links/stream-links.js';

const texts = (base: string, stream: string): string[] => streamLinks(base, stream).map(({ text }) => text);

test('links lead to the server that the page came from, below the path of a proxy too', () => {
  expect(texts('http://cam.local:8080/', 'gate')).toEqual([
    'vlc "http://cam.local:8080/video_feed?stream=gate"',
    'ffplay -fflags nobuffer "http://cam.local:8080/video_feed?stream=gate"',
    'http://cam.local:8080/snapshot.jpg?stream=gate',
    '<script type="module" src="http://cam.local:8080/framewire.js"></script>\n<framewire-view stream="gate"></framewire-view>',
    '<img src="http://cam.local:8080/video_feed?stream=gate" alt="gate">',
  ]);
  expect(texts('https://site.example/cam/', 'gate')[2]).toBe('https://site.example/cam/snapshot.jpg?stream=gate');
});

test('no name of a stream leaves the quotes of a shell or of an attribute', () => {
  const [vlc = '', ffplay = '', , page = '', image = ''] = texts('http://h/', '"$(id)`\'!<&>');
  for (const line of [vlc, ffplay]) expect(line.split('"')[1]).toMatch(/^[\w:/?=%.+*-]+$/);
  expect(page).toContain('stream="&quot;$(id)`\'!&lt;&amp;>"');
  expect(image).toContain('alt="&quot;$(id)`\'!&lt;&amp;>"');
});
