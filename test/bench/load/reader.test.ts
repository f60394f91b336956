import { decodeAck } from '@framewire/shared/ack';
import { encodeFrameHeader } from '@framewire/shared/frame-header';
import { describe, expect, it } from 'vitest';
import { MarkedReader } from './marked-reader.js';
import { MultipartReader } from './multipart-reader.js';
import type { Reader, ReaderEvents } from './reader.js';
import { WebSocketReader } from './websocket-reader.js';

function jpeg(bytes: number, filling: number): Buffer {
  const picture = Buffer.alloc(bytes, filling);
  picture.set([0xff, 0xd8, 0xff], 0);
  picture.set([0xff, 0xd9], bytes - 2);
  return picture;
}

const webSocket = { kind: 'websocket', path: '/ws', subscribe: '{}', acknowledges: true } as const;
const pictures = [jpeg(200, 1), jpeg(5_000, 0xff), jpeg(70_000, 3)];

function part(picture: Buffer): Buffer {
  return Buffer.concat([Buffer.from('--frame\r\nContent-Type: image/jpeg\r\n\r\n'), picture, Buffer.from('\r\n')]);
}

function unmasked(opcode: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(payload.length < 126 ? 2 : payload.length < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  head[1] = head.length === 2 ? payload.length : head.length === 4 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(payload.length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, payload]);
}

function frame(picture: Buffer, seq: number): Buffer {
  const header = encodeFrameHeader({
    codec: 'jpeg',
    key: true,
    discardable: true,
    placeholder: false,
    stream: 0,
    rendition: 0,
    seq,
    payloadBytes: picture.length,
    capturedAt: 0,
    encodeUs: 0,
    width: 2,
    height: 2,
    refSeq: 0,
  });
  return Buffer.concat([unmasked(2, header), unmasked(2, picture)]);
}

function marked(filling: number): Buffer {
  const message = Buffer.alloc(1_000, filling);
  message.writeUInt32LE(message.length, 0);
  return message;
}

/** Feeds a reader in chunks of every one of these sizes, reusing one buffer as the load client does. */
function received(make: (events: ReaderEvents) => Reader, stream: Buffer, size: number) {
  const heard = {
    kept: new Array<Buffer>(),
    replies: new Array<Buffer>(),
    failed: new Array<string>(),
    isFlowing: false,
  };
  const reader = make({
    flowing: () => (heard.isFlowing = true),
    kept: picture => heard.kept.push(picture),
    reply: bytes => heard.replies.push(bytes),
    failed: reason => heard.failed.push(reason),
  });
  const chunk = Buffer.alloc(size);
  for (let at = 0; at < stream.length; at += size) reader.push(chunk.subarray(0, stream.copy(chunk, 0, at, at + size)));
  return heard;
}

/** The same as toEqual, which takes a second for 70 kB. */
function areEqual(given: readonly Buffer[], wanted: readonly Buffer[]): boolean {
  return given.length === wanted.length && given.every((bytes, n) => bytes.equals(wanted[n] ?? Buffer.alloc(0)));
}

const sizes = [1, 2, 3, 7, 38, 39, 40, 41, 1_000, 4_096, 100_000];

describe.each(sizes)('in chunks of %i bytes', size => {
  it('takes the pictures out of a multipart stream', () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n';
    const stream = Buffer.concat([Buffer.from(head), ...pictures.map(part)]);
    const heard = received(events => new MultipartReader('/video_feed', true, events), stream, size);
    expect(areEqual(heard.kept, pictures)).toBe(true);
    expect(heard).toMatchObject({ isFlowing: true, failed: [] });
  });

  it('acknowledges every frame of a WebSocket, subscribes first and answers pings', () => {
    const stream = Buffer.concat([
      Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n'),
      unmasked(1, Buffer.from('{"type":"welcome"}')),
      ...pictures.map((picture, seq) => frame(picture, seq + 7)),
      unmasked(9, Buffer.from('there?')),
    ]);
    const make = (keeps: boolean) => (events: ReaderEvents) =>
      new WebSocketReader({ ...webSocket, subscribe: '{"type":"subscribe"}' }, keeps, events);
    const heard = received(make(true), stream, size);
    expect(areEqual(heard.kept, pictures)).toBe(true);
    expect(heard).toMatchObject({ isFlowing: true, failed: [] });
    const [subscribe, ...acks] = heard.replies.slice(0, 4).map(reply => reply.subarray(6));
    expect(subscribe?.toString()).toBe('{"type":"subscribe"}');
    expect(acks.map(ack => decodeAck(ack).seq)).toEqual([7, 8, 9]);
    expect(heard.replies[4]?.toString('latin1')).toBe('\x8a\x86\0\0\0\0there?');
    expect(received(make(false), stream, size).replies).toHaveLength(5);
  });

  it('takes the marks out of what a floor sends', () => {
    const heard = received(events => new MarkedReader(true, true, events), Buffer.concat([marked(1), marked(2)]), size);
    expect(heard.kept.map(mark => mark[11])).toEqual([1, 2]);
    expect(heard.replies.map(reply => reply.length)).toEqual([34, 34]);
  });
});

describe('a refusal', () => {
  it('is told with the words of the server', () => {
    const refused = Buffer.from('HTTP/1.1 503 Service Unavailable\r\n\r\n');
    const ws = received(events => new WebSocketReader(webSocket, false, events), refused, 100);
    const http = received(events => new MultipartReader('/', false, events), refused, 100);
    expect([ws.failed[0], http.failed[0]]).toEqual(Array(2).fill('Answered "HTTP/1.1 503 Service Unavailable".'));
    const error = '{"type":"error","code":"unknown-stream","message":"There is none."}';
    const accepted = Buffer.concat([Buffer.from('HTTP/1.1 101 x\r\n\r\n'), unmasked(1, Buffer.from(error))]);
    expect(received(events => new WebSocketReader(webSocket, false, events), accepted, 9).failed).toEqual([error]);
  });
});
