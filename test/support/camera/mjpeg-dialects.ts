import { brotliCompressSync, gzipSync } from 'node:zlib';

/** How a camera sends JPEGs over HTTP: all that it sends, from the status line on. */
export interface Dialect {
  /** What is peculiar about it. */
  readonly name: string;
  readonly head: string;
  /** As the head's Content-Type has it. */
  readonly boundary?: string;
  readonly body: (jpegs: readonly Buffer[]) => Buffer;
}

type Part = (jpeg: Buffer, index: number) => (string | Buffer)[];

function bytes(...pieces: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(pieces.map(piece => (typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)));
}

/** What a camera may say of the whole, in place of `multipart/x-mixed-replace;boundary=frame` over HTTP/1.1. */
interface Response {
  status?: string;
  type?: string | null;
  boundary?: string;
  headers?: string[];
  lineBreak?: string;
  wrap?: (body: Buffer) => Buffer;
}

function dialect(name: string, part: Part, response: Response = {}): Dialect {
  const { status = 'HTTP/1.1 200 OK', headers = [], lineBreak = '\r\n', wrap = body => body } = response;
  const { type = 'multipart/x-mixed-replace;boundary=frame', boundary = 'frame' } = response;
  const lines = [status, ...(type === null ? [] : [`Content-Type: ${type}`]), ...headers, '', ''];
  return {
    name,
    head: lines.join(lineBreak),
    ...(type?.includes('boundary') === true ? { boundary } : {}),
    body: jpegs => wrap(bytes(...jpegs.flatMap(part))),
  };
}

/** A part whose headers are these lines. */
const part =
  (headers: (jpeg: Buffer) => string[], { line = '--frame', end = '\r\n', lineBreak = '\r\n' } = {}): Part =>
  jpeg => [[line, ...headers(jpeg), '', ''].join(lineBreak), jpeg, end];

const usual = (jpeg: Buffer) => ['Content-Type: image/jpeg', `Content-Length: ${jpeg.length}`];
const typed = (type: string) => part(jpeg => [`Content-Type: ${type}`, `Content-Length: ${jpeg.length}`]);
const lengthOf = (say: (length: number) => string) =>
  part(jpeg => ['Content-Type: image/jpeg', `Content-Length: ${say(jpeg.length)}`]);

function chunked(body: Buffer): Buffer {
  const pieces: (string | Buffer)[] = [];
  for (let at = 0; at < body.length; at += 777) {
    const piece = body.subarray(at, at + 777);
    pieces.push(`${piece.length.toString(16)}\r\n`, piece, '\r\n');
  }
  return bytes(...pieces);
}

/** Dialects in which each picture can be found wherever it lies; browsers show most of them. */
export const DIALECTS: readonly Dialect[] = [
  dialect('by the book', part(usual)),
  dialect('image/jpg', typed('image/jpg')),
  dialect('a type with a parameter', typed('image/jpeg; charset=binary')),
  dialect('an upper case type', typed('IMAGE/JPEG')),
  dialect('a wrong type', typed('text/plain')),
  dialect(
    'no type',
    part(jpeg => [`Content-Length: ${jpeg.length}`]),
  ),
  dialect(
    'no headers',
    part(() => []),
  ),
  dialect(
    'headers of its own',
    part(jpeg => [...usual(jpeg), 'X-Timestamp: 17.25', 'X-Note without a colon']),
  ),
  dialect(
    '8 kB of headers',
    part(jpeg => [...usual(jpeg), ...Array.from({ length: 8 }, (_, i) => `X-Fill-${i}: ${'x'.repeat(1000)}`)]),
  ),
  dialect('no dashes before the boundary', part(usual, { line: 'frame' })),
  dialect('dashes on both sides of the boundary', part(usual, { line: '--frame--' })),
  dialect(
    'no length',
    part(() => ['Content-Type: image/jpeg']),
  ),
  dialect(
    'a length of 0',
    lengthOf(() => '0'),
  ),
  dialect(
    'a length that is too small',
    lengthOf(length => String(length - 30)),
  ),
  dialect(
    'a length that is too large',
    lengthOf(length => String(length + 3000)),
  ),
  dialect(
    'a length that is none',
    lengthOf(() => 'unknown'),
  ),
  dialect(
    'a quoted length',
    lengthOf(length => `"${length}"`),
  ),
  dialect('lines that end with LF', part(usual, { end: '\n', lineBreak: '\n' })),
  dialect('a response whose lines end with LF', part(usual, { end: '\n', lineBreak: '\n' }), { lineBreak: '\n' }),
  dialect('no line break behind a picture', part(usual, { end: '' })),
  dialect('line breaks in plenty', part(usual, { end: '\r\n\r\n\r\n' })),
  dialect('a quoted boundary', part(usual), { type: 'multipart/x-mixed-replace; boundary="frame"' }),
  dialect('a boundary with a space', part(usual, { line: '--a b=c' }), {
    type: 'multipart/x-mixed-replace; boundary="a b=c"',
    boundary: 'a b=c',
  }),
  dialect('dashes in the header', part(usual), {
    type: 'multipart/x-mixed-replace;boundary=--frame',
    boundary: '--frame',
  }),
  dialect('dashes in the header and two more', part(usual, { line: '----frame' }), {
    type: 'multipart/x-mixed-replace;boundary=--frame',
    boundary: '--frame',
  }),
  dialect('a parameter behind the boundary', part(usual), {
    type: 'multipart/x-mixed-replace; boundary=frame; charset=utf-8',
  }),
  dialect('another boundary than it says', part(usual, { line: '--video' })),
  dialect('no boundary in the header', part(usual), { type: 'multipart/x-mixed-replace' }),
  dialect('multipart/mixed', part(usual), { type: 'multipart/mixed; boundary=frame' }),
  dialect('an upper case type of the whole', part(usual), { type: 'MULTIPART/X-MIXED-REPLACE; BOUNDARY=frame' }),
  dialect('no type of the whole', part(usual), { type: null }),
  dialect('octet-stream for the whole', part(usual), { type: 'application/octet-stream' }),
  dialect('image/jpeg for the whole', part(usual), { type: 'image/jpeg' }),
  dialect('JPEGs in a row', jpeg => [jpeg], { type: 'video/x-motion-jpeg' }),
  dialect('JPEGs in a row without a type', jpeg => [jpeg], { type: null }),
  dialect('JPEGs in a row, called multipart', jpeg => [jpeg]),
  dialect('JPEGs apart by zeros', jpeg => [jpeg, Buffer.alloc(512)], { type: 'image/jpeg' }),
  dialect('two pictures in a part', (jpeg, i) => (i % 2 === 0 ? ['--frame\r\n\r\n', jpeg] : [jpeg, '\r\n'])),
  dialect('parts that are no pictures', jpeg => [
    '--frame\r\nContent-Type: text/plain\r\n\r\nmotion=1\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n',
    jpeg,
    '\r\n',
  ]),
  dialect('a text in front', (jpeg, i) => [i === 0 ? 'This is a multipart message.\r\n' : '', ...part(usual)(jpeg, i)]),
  dialect('HTTP/1.0', part(usual), { status: 'HTTP/1.0 200 OK' }),
  dialect('a status without words', part(usual), { status: 'HTTP/1.1 200' }),
  dialect('ICY', part(usual), { status: 'ICY 200 OK' }),
  dialect('chunks', part(usual), { headers: ['Transfer-Encoding: chunked'], wrap: chunked }),
  dialect('gzip', part(usual), { headers: ['Content-Encoding: gzip'], wrap: body => gzipSync(body) }),
  dialect('brotli', part(usual), { headers: ['Content-Encoding: br'], wrap: body => brotliCompressSync(body) }),
];
