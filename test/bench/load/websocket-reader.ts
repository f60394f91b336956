import { ACK_BYTES, encodeAck, MAX_ACK_GAP_MS, type Ack } from '@framewire/shared/ack';
import { parseServerMessage } from '@framewire/shared/control';
import { FRAME_HEADER_BYTES } from '@framewire/shared/frame-header';
import { SUBPROTOCOL } from '@framewire/shared/protocol';
import { AckPace } from '../../../client/src/connection/ack-pace.js';
import type { Protocol } from './plan.js';
import type { Reader, ReaderEvents } from './reader.js';

const OPCODE = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
/** FIN; and MASK, which everything that a viewer sends must have (RFC 6455, 5.2). */
const FIN = 0x80;
const MASK = 0x80;
/** A key of 0 leaves the bytes as they are, which saves this side the work; the server's is the same. */
const KEY_BYTES = 4;
const SEQ_OFFSET = 8;
const CAPTURED_AT_OFFSET = 16;
/** Messages up to this size are kept whole to be looked at: headers, control, close reasons. */
const SMALL_BYTES = 4096;

/** An acknowledgement with its WebSocket head, as a viewer sends it. */
export const WIRE_ACK_BYTES = 2 + KEY_BYTES + ACK_BYTES;

/** What a viewer says that draws everything at once. */
const WELL = {
  hidden: false,
  decodeError: false,
  needsKey: false,
  held: 'none' as const,
  decodeQueue: 0,
  clientDropped: 0,
  drawLagMs: 0,
};

type WebSocketProtocol = Extract<Protocol, { kind: 'websocket' }>;

/** Speaks framewire.v1 as far as a viewer must: subscribes, tells headers from payloads, acknowledges what it owes. */
export class WebSocketReader implements Reader {
  readonly greeting: string;
  readonly #events: ReaderEvents;
  readonly #keeps: boolean;
  readonly #protocol: WebSocketProtocol;
  #phase: 'upgrade' | 'head' | 'body' = 'upgrade';
  #head = Buffer.alloc(0);
  #opcode = 0;
  #length = 0;
  #left = 0;
  #pieces: Buffer[] = [];
  readonly #ackPace = new AckPace();
  #silence: NodeJS.Timeout | undefined;
  /** Of the frame whose header has come and whose payload has not. */
  #announced: { seq: number; at: number; capturedAt: number } | undefined;

  constructor(protocol: WebSocketProtocol, keeps: boolean, events: ReaderEvents) {
    const lines = [
      `GET ${protocol.path} HTTP/1.1`,
      'Host: 127.0.0.1',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Protocol: ${SUBPROTOCOL}`,
    ];
    this.greeting = `${lines.join('\r\n')}\r\n\r\n`;
    this.#protocol = protocol;
    this.#keeps = keeps;
    this.#events = events;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#phase === 'body') at = this.#body(chunk, at);
      else if (this.#phase === 'head') at = this.#frameHead(chunk, at);
      else at = this.#upgrade(chunk);
    }
  }

  #upgrade(chunk: Buffer): number {
    const before = this.#head.length;
    this.#head = Buffer.concat([this.#head, chunk]);
    const end = this.#head.indexOf('\r\n\r\n');
    if (end < 0) return chunk.length;
    const status = this.#head.toString('latin1', 0, this.#head.indexOf('\r\n'));
    if (!status.startsWith('HTTP/1.1 101')) this.#events.failed(`Answered "${status}".`);
    this.#head = Buffer.alloc(0);
    this.#phase = 'head';
    this.#events.reply(masked(OPCODE.text, Buffer.from(this.#protocol.subscribe)));
    return end + 4 - before;
  }

  #frameHead(chunk: Buffer, at: number): number {
    // Nearly always whole in one chunk: then nothing is copied.
    const isFirst = this.#head.length === 0;
    const head = isFirst ? chunk.subarray(at) : Buffer.concat([this.#head, chunk.subarray(at, at + 10)]);
    const short = (head[1] ?? 0) & 0x7f;
    const bytes = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (head.length < bytes) {
      this.#head = Buffer.from(head);
      return chunk.length;
    }
    this.#opcode = (head[0] ?? 0) & 0x0f;
    this.#length = short === 127 ? Number(head.readBigUInt64BE(2)) : short === 126 ? head.readUInt16BE(2) : short;
    this.#left = this.#length;
    const taken = bytes - this.#head.length;
    this.#head = Buffer.alloc(0);
    this.#phase = 'body';
    if (this.#left === 0) this.#message();
    return at + taken;
  }

  #body(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#left);
    this.#left -= end - at;
    if (this.#keeps || this.#length <= SMALL_BYTES) this.#pieces.push(Buffer.from(chunk.subarray(at, end)));
    if (this.#left === 0) this.#message();
    return end;
  }

  #message(): void {
    const [first] = this.#pieces;
    const bytes = this.#pieces.length === 1 && first !== undefined ? first : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#phase = 'head';
    if (this.#opcode === OPCODE.binary) this.#binary(bytes);
    else if (this.#opcode === OPCODE.ping) this.#events.reply(masked(OPCODE.pong, bytes));
    else if (this.#opcode === OPCODE.close) this.#events.failed(`Closed: ${bytes.toString('utf8', 2)}`);
    else if (this.#opcode === OPCODE.text) this.#control(bytes.toString());
  }

  #control(text: string): void {
    const parsed = parseServerMessage(text);
    if (!parsed.ok) return;
    if (parsed.message.type === 'error') this.#events.failed(text);
    else if (parsed.message.type === 'acks')
      this.#acknowledge(this.#ackPace.allow(parsed.message), this.#ackPace.silenceMs);
  }

  #binary(bytes: Buffer): void {
    const at = performance.now();
    if (this.#announced === undefined) {
      if (this.#length === FRAME_HEADER_BYTES) {
        const capturedAt = bytes.readDoubleLE(CAPTURED_AT_OFFSET);
        this.#announced = { seq: bytes.readUInt32LE(SEQ_OFFSET), at, capturedAt };
      }
      return;
    }
    const { seq, at: headerAt, capturedAt } = this.#announced;
    const ack = { ...WELL, seq, receivedAt: at, payloadMs: at - headerAt, drawnSeq: seq };
    this.#acknowledge(this.#ackPace.arrived(ack, capturedAt), this.#ackPace.silenceMs);
    this.#announced = undefined;
    this.#events.flowing();
    if (this.#keeps) this.#events.kept(bytes);
  }

  /** As the client does. */
  #acknowledge(ack: Ack | undefined, silenceMs: number): void {
    if (!this.#protocol.acknowledges) return;
    if (ack !== undefined) this.#events.reply(masked(OPCODE.binary, encodeAck(ack)));
    clearTimeout(this.#silence);
    if (silenceMs > MAX_ACK_GAP_MS) return;
    this.#silence = setTimeout(() => this.#acknowledge(this.#ackPace.repeat(), 2 * silenceMs), silenceMs);
  }
}

function masked(opcode: number, payload: Uint8Array): Buffer {
  if (payload.byteLength < 126) {
    return Buffer.concat([Buffer.from([FIN | opcode, MASK | payload.byteLength]), Buffer.alloc(KEY_BYTES), payload]);
  }
  const head = Buffer.from([FIN | opcode, MASK | 126, payload.byteLength >> 8, payload.byteLength & 0xff]);
  return Buffer.concat([head, Buffer.alloc(KEY_BYTES), payload]);
}
