import { writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { get as getSecurely } from 'node:https';
import sharp from 'sharp';
import { encodeAck, MAX_ACK_GAP_MS, type Ack } from '@framewire/shared/ack';
import { parseServerMessage } from '@framewire/shared/control';
import { decodeFrameHeader, FRAME_HEADER_BYTES, type FrameHeader } from '@framewire/shared/frame-header';
import { SUBPROTOCOL } from '@framewire/shared/protocol';
import { WebSocket } from 'ws';
import { AckPace } from '../../../client/src/connection/ack-pace.js';
import { ageAt, readTimeCode } from '../../support/camera/time-code.js';
import { MultipartReader } from '../load/multipart-reader.js';
import { parseWatchOrder, type Seen, type WatchOrder } from './watch-report.js';

/**
 * Viewers in a process of their own, on their side of the link: `watch.ts ORDER` (JSON). Writes what it saw into a
 * file when the time is over. The age of a picture is read from its time code once it is over, so that reading delays none.
 */

interface Picture {
  readonly viewer: number;
  /** `performance.now()` of its last byte. */
  readonly at: number;
  readonly bytes: number;
  /** undefined where nobody will look at it. */
  readonly jpeg: Buffer | undefined;
  /** What the server said of it; its age by that, ms. */
  readonly told: { readonly width: number; readonly height: number; readonly ageMs: number } | undefined;
}

const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

const order = parseWatchOrder(JSON.parse(process.argv[2] ?? ''));
const pictures: Picture[] = [];

function keep(viewer: number, jpeg: Buffer, header?: FrameHeader): void {
  const told = header && { ...header, ageMs: monotonicMs() - header.capturedAt };
  const kept = order.readsTimeCode || told === undefined ? jpeg : undefined;
  pictures.push({ viewer, at: performance.now(), bytes: jpeg.length, jpeg: kept, told });
}

function watchWebSocket(viewer: number, { url, subscribe, drawMs }: Extract<WatchOrder, { kind: 'websocket' }>): void {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`, SUBPROTOCOL, {
    perMessageDeflate: false,
    rejectUnauthorized: false,
  });
  let header: Buffer | undefined;
  let headerAt = 0;
  let [drawnSeq, drawnAt, clientDropped] = [0, -Infinity, 0];
  const pace = new AckPace();
  let silence: NodeJS.Timeout | undefined;
  const acknowledge = (ack: Ack | undefined, silenceMs: number): void => {
    if (ack !== undefined) socket.send(encodeAck(ack));
    clearTimeout(silence);
    if (silenceMs <= MAX_ACK_GAP_MS) silence = setTimeout(() => acknowledge(pace.repeat(), 2 * silenceMs), silenceMs);
  };
  socket.on('open', () => socket.send(subscribe));
  socket.on('error', fail);
  socket.on('message', (data, isBinary) => {
    const now = performance.now();
    if (!Buffer.isBuffer(data)) return;
    if (!isBinary) {
      const parsed = parseServerMessage(data.toString());
      if (parsed.ok && parsed.message.type === 'acks') acknowledge(pace.allow(parsed.message), pace.silenceMs);
      return;
    }
    if (header === undefined) {
      if (data.length !== FRAME_HEADER_BYTES) throw new Error('A payload came without its header.');
      header = data;
      headerAt = now;
      return;
    }
    const told = decodeFrameHeader(header);
    const { seq } = told;
    header = undefined;
    if (now - drawnAt >= drawMs) [drawnSeq, drawnAt] = [seq, now];
    else clientDropped = 1;
    const flags = { hidden: false, decodeError: false, needsKey: false, held: 'none' as const, decodeQueue: 0 };
    const times = { receivedAt: now, payloadMs: now - headerAt, drawnSeq, drawLagMs: 0 };
    const due = pace.arrived({ ...flags, clientDropped, seq, ...times }, told.capturedAt);
    if (due !== undefined) clientDropped = 0;
    acknowledge(due, pace.silenceMs);
    keep(viewer, data, told);
  });
}

function watchBare(viewer: number, { url, subscribe }: Extract<WatchOrder, { kind: 'bare' }>): void {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`, SUBPROTOCOL, {
    perMessageDeflate: false,
    rejectUnauthorized: false,
  });
  socket.on('open', () => socket.send(subscribe));
  socket.on('error', fail);
  socket.on('message', (data, isBinary) => {
    if (isBinary && Buffer.isBuffer(data)) keep(viewer, data);
  });
}

function watchMultipart(viewer: number, { url, accept }: Extract<WatchOrder, { kind: 'multipart' }>): void {
  const reader = new MultipartReader('/', true, {
    flowing: () => undefined,
    kept: jpeg => keep(viewer, Buffer.from(jpeg)),
    reply: () => undefined,
    failed: reason => fail(new Error(reason)),
  });
  // Node takes the headers off, which the reader would look for.
  reader.push(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'));
  const receive = (response: IncomingMessage): void => {
    response.on('data', (chunk: Buffer) => reader.push(chunk));
    response.on('error', fail);
  };
  const request = url.startsWith('https:')
    ? getSecurely(url, { headers: { accept }, rejectUnauthorized: false }, receive)
    : get(url, { headers: { accept } }, receive);
  request.on('error', fail);
}

function fail(error: Error): never {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

async function seen({ viewer, at, bytes, jpeg, told }: Picture, startedAt: number): Promise<Seen> {
  const code = jpeg && (await readTimeCode(jpeg).catch(() => undefined));
  const ageMs = code === undefined ? (told?.ageMs ?? null) : ageAt(code, performance.timeOrigin + at);
  const { width, height } = told ?? (await sharp(jpeg).metadata());
  return { viewer, at: at - startedAt, ageMs, bytes, width, height };
}

const startedAt = order.startAt - performance.timeOrigin;
const waitMs = Math.max(0, startedAt - performance.now());
for (let viewer = 0; viewer < order.viewers; viewer += 1) {
  setTimeout(
    () => {
      if (order.kind === 'websocket') watchWebSocket(viewer, order);
      else if (order.kind === 'bare') watchBare(viewer, order);
      else watchMultipart(viewer, order);
    },
    waitMs + viewer * 20,
  );
}
setTimeout(
  () => {
    const all = pictures.splice(0);
    void Promise.all(all.map(picture => seen(picture, startedAt))).then(report => {
      writeFileSync(order.file, JSON.stringify(report));
      process.exit();
    });
  },
  waitMs + order.seconds * 1000,
);
