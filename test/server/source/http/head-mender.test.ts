import { describe, expect, it } from 'vitest';
import { HeadMender, mendHead } from '../../../../server/src/source/http/head-mender.js';

function passed(text: string, size: number): string {
  const mender = new HeadMender();
  let out = '';
  mender.on('data', (chunk: Buffer) => (out += chunk.toString('latin1')));
  for (let at = 0; at < text.length; at += size) mender.write(Buffer.from(text.slice(at, at + size), 'latin1'));
  return out;
}

describe('a head that no parser takes', () => {
  it.each([
    ['ICY 200 OK\r\nA: b', 'HTTP/1.0 200 Mended\r\nA: b\r\n\r\n'],
    ['http/1.1 404\nA : b\nno header\n: none', 'HTTP/1.0 404 Mended\r\nA: b\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\ncontent-length: 6', 'HTTP/1.0 200 Mended\r\nContent-Length: 5\r\n\r\n'],
    ['', 'HTTP/1.0 200 Mended\r\n\r\n'],
  ])('%j is mended', (head, mended) => {
    expect(mendHead(head)).toBe(mended);
  });

  it.each([1, 2, 7, 1000])('is mended in pieces of %i bytes, and what follows is left alone', size => {
    const body = '--frame\r\n\r\n\xff\xd8ICY 200\r\n\r\n';
    expect(passed(`ICY 200 OK\r\nA: b\r\n\r\n${body}`, size)).toBe(`HTTP/1.0 200 Mended\r\nA: b\r\n\r\n${body}`);
    expect(passed(body, size)).toBe(`HTTP/1.0 200 Mended\r\n\r\n${body}`);
  });

  it('is not waited for without an end', () => {
    expect(passed(`HTTP/1.1 200 OK\r\n${'x'.repeat(200_000)}`, 1000)).toMatch(/^HTTP\/1\.0 200 Mended\r\n\r\n/);
  });
});
