import { describe, expect, it } from 'vitest';
import { PartReader } from '../../../client/src/pipeline/part-reader.js';
import { seeded } from '../../shared/seeded.js';

const BOUNDARY = '\r\n--frame\r\n';

/** As the server sends them: the first boundary, then parts with the next boundary behind each. */
function stream(...pictures: Uint8Array[]): Uint8Array {
  const parts = pictures.map(picture => {
    const head = `Content-Type: image/jpeg\r\nContent-Length: ${picture.byteLength}\r\nX-Timestamp: 1.5\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), picture, Buffer.from(BOUNDARY)]);
  });
  return Buffer.concat([Buffer.from(BOUNDARY.trimStart()), ...parts]);
}

/** Holds what ends a head, a line and a part elsewhere. */
const TRICKY = Buffer.from(`a\r\n\r\nb${BOUNDARY}Content-Length: 1\r\n\r\nc`);
const LARGE = new Uint8Array(200_000).fill(7);

describe('the reader of parts', () => {
  it('gives them back as they were, wherever the stream is cut', () => {
    const pictures = [TRICKY, new Uint8Array(), TRICKY];
    const bytes = stream(...pictures);
    for (let cut = 0; cut <= bytes.byteLength; cut += 1) {
      const reader = new PartReader();
      const parts = [...reader.push(bytes.slice(0, cut)), ...reader.push(bytes.slice(cut))];
      expect(parts.map(part => Buffer.from(part))).toEqual(pictures.map(picture => Buffer.from(picture)));
    }
  });

  it('takes them in any number of pieces, large ones too', () => {
    const random = seeded(7);
    const bytes = stream(LARGE, TRICKY, LARGE);
    const reader = new PartReader();
    const parts: Uint8Array[] = [];
    for (let at = 0; at < bytes.byteLength;) {
      const length = 1 + Math.floor(random() * 3000);
      parts.push(...reader.push(bytes.slice(at, at + length)));
      at += length;
    }
    expect(parts.map(part => part.byteLength)).toEqual([LARGE.byteLength, TRICKY.byteLength, LARGE.byteLength]);
    expect(Buffer.from(parts[2] ?? []).equals(LARGE)).toBe(true);
  });

  it.each([
    ['no length', '--frame\r\nContent-Type: image/jpeg\r\n\r\n'],
    ['a length that is none', '--frame\r\nContent-Length: -5\r\n\r\n'],
    ['one that no picture has', '--frame\r\nContent-Length: 99999999999\r\n\r\n'],
    ['a head without an end', `--frame\r\n${'x'.repeat(5000)}`],
  ])('refuses a part with %s', (_, text) => {
    expect(() => new PartReader().push(Buffer.from(text))).toThrow('no stream of parts');
  });
});
