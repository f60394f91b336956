import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeAck, type Ack } from '@framewire/shared/ack';
import { decodeClockPing, encodeClockPong } from '@framewire/shared/clock';
import { parseClientMessage, type ClientText } from '@framewire/shared/client-message';
import type { ChangeCause, ChosenRendition, ServerMessage, StreamInfo } from '@framewire/shared/control';
import { encodeFrameHeader, type FrameHeader } from '@framewire/shared/frame-header';
import * as MESSAGE_TYPE from '@framewire/shared/message-type';
import { PROTOCOL_VERSION, SUBPROTOCOL } from '@framewire/shared/protocol';
import { WebSocketServer, type WebSocket } from 'ws';
import { eventually } from '../eventually.js';

export const STREAMS: StreamInfo[] = ['gate', 'yard'].map((name, id) => ({
  name,
  id,
  description: `test stream ${name}`,
  source: { state: 'live' },
  width: 640,
  height: 360,
  fps: 30,
  viewers: 0,
  captured: 0,
  encoded: 0,
  damaged: 0,
  renditions: [],
}));

const RENDITION: ChosenRendition = { id: 1, codec: 'jpeg', width: 640, height: 360, quality: 30, fps: null };

export interface ScriptedServerOptions {
  /** 0 for one that is free. */
  port?: number;
  /** Takes the WebSockets of this one, in place of a port of its own; the caller makes it listen and closes it. */
  http?: HttpServer;
  /** This server's clock minus `performance.now()`, ms. */
  clockMs?: number;
  /** What it says to whoever comes, other than the usual; null: nothing. */
  welcome?: Partial<Extract<ServerMessage, { type: 'welcome' }>> | null;
}

/** A server that says what a test tells it to, for tests of what a client makes of good servers and bad ones. */
export class ScriptedServer {
  /** On loopback. The test closes it: `await using server = await ScriptedServer.open()`. */
  static async open(options: ScriptedServerOptions = {}): Promise<ScriptedServer> {
    const { http, port = 0 } = options;
    const sockets = new WebSocketServer({
      ...(http === undefined ? { host: '127.0.0.1', port } : { server: http }),
      handleProtocols: protocols => (protocols.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
    await new Promise<void>((resolve, reject) => {
      sockets.once('listening', resolve);
      sockets.once('error', reject);
    });
    return new ScriptedServer(sockets, options);
  }

  readonly port: number;
  readonly url: string;
  /** All that ever came, oldest first. */
  readonly viewers: ScriptedViewer[] = [];
  readonly #sockets: WebSocketServer;

  private constructor(sockets: WebSocketServer, { clockMs = 0, welcome = {} }: ScriptedServerOptions) {
    const address = sockets.address();
    if (!isAddress(address)) throw new Error('The server listens on no port.');
    this.port = address.port;
    this.url = `http://127.0.0.1:${this.port}`;
    this.#sockets = sockets;
    sockets.on('connection', socket => {
      const viewer = new ScriptedViewer(socket, clockMs);
      this.viewers.push(viewer);
      if (welcome !== null) viewer.welcome(welcome);
    });
  }

  /** Waits for the viewer that came as number `index` from 0. */
  viewer(index = 0): Promise<ScriptedViewer> {
    return eventually(() => this.viewers[index], `viewer ${index}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.viewers.forEach(viewer => viewer.terminate());
    await new Promise(resolve => this.#sockets.close(resolve));
  }
}

/** The server's end of one connection. Clock samples and nonsense are answered by itself. */
export class ScriptedViewer {
  readonly controls: ClientText[] = [];
  readonly acks: Ack[] = [];
  pings = 0;
  /** Set to false to leave clock samples unanswered. */
  answersPings = true;
  isClosed = false;
  readonly #socket: WebSocket;
  readonly #clockMs: number;

  constructor(socket: WebSocket, clockMs: number) {
    this.#socket = socket;
    this.#clockMs = clockMs;
    socket.on('close', () => (this.isClosed = true));
    socket.on('error', () => {});
    socket.on('message', (data, isBinary) => {
      if (!Buffer.isBuffer(data)) throw new Error('The socket was not asked for anything but Buffers.');
      if (!isBinary) this.#control(data.toString());
      else if (data[0] === MESSAGE_TYPE.clock) this.#pong(decodeClockPing(data));
      else this.acks.push(decodeAck(data));
    });
  }

  /** Now on this server's clock, ms. */
  now(): number {
    return performance.now() + this.#clockMs;
  }

  say(message: ServerMessage): void {
    this.raw(JSON.stringify(message));
  }

  welcome(fields: Partial<Extract<ServerMessage, { type: 'welcome' }>> = {}): void {
    this.say({
      type: 'welcome',
      protocol: PROTOCOL_VERSION,
      server: 'scripted',
      streams: STREAMS,
      limits: { renditions: 8, viewers: 100, controlBytes: 16_384 },
      capabilities: { codecs: ['jpeg'], modes: ['auto', 'fixed'], held: true },
      ...fields,
    });
  }

  /** Agrees to what was asked, or tells of a change that has another cause. */
  agree(stream = 'gate', rendition: Partial<ChosenRendition> = {}, cause: ChangeCause = 'asked', why = ''): void {
    const streamId = STREAMS.findIndex(info => info.name === stream);
    const chosen = { ...RENDITION, ...rendition };
    this.say({ type: 'subscribed', stream, streamId, rendition: chosen, mode: 'auto', cause, why });
  }

  /** A string goes as a text message, bytes as a binary one. */
  raw(data: string | Uint8Array): void {
    this.#socket.send(data);
  }

  /** Sends header and payload of one frame, captured `ageMs` ago. */
  frame(
    seq: number,
    fields: Partial<FrameHeader> & { ageMs?: number } = {},
    payload: Uint8Array = new Uint8Array([255, 216]),
  ): void {
    const { ageMs = 5, ...header } = fields;
    this.raw(
      encodeFrameHeader({
        codec: 'jpeg',
        key: true,
        discardable: true,
        placeholder: false,
        stream: 0,
        rendition: 1,
        seq,
        payloadBytes: payload.byteLength,
        capturedAt: this.now() - ageMs,
        encodeUs: 2000,
        width: 640,
        height: 360,
        refSeq: 0,
        ...header,
      }),
    );
    this.raw(payload);
  }

  /** Waits for the `count`th control message of a type, from 1. */
  control<T extends ClientText['type']>(type: T, count = 1): Promise<Extract<ClientText, { type: T }>> {
    const isWanted = (message: ClientText): message is Extract<ClientText, { type: T }> => message.type === type;
    return eventually(() => this.controls.filter(isWanted)[count - 1], `${type} number ${count}`);
  }

  /** Waits until `count` acknowledgements have come. @returns the last of those. */
  ack(count: number): Promise<Ack> {
    return eventually(() => this.acks[count - 1], `acknowledgement number ${count}`);
  }

  close(code: number, reason = ''): void {
    this.#socket.close(code, reason);
  }

  /** Ends it as a cable that is pulled. */
  terminate(): void {
    this.#socket.terminate();
  }

  #control(text: string): void {
    const parsed = parseClientMessage(text);
    if (parsed.ok) this.controls.push(parsed.message);
    else this.say({ type: 'error', code: 'bad-message', message: parsed.reason });
  }

  #pong(sentAt: number): void {
    this.pings++;
    const now = this.now();
    if (this.answersPings) this.raw(encodeClockPong({ sentAt, serverReceivedAt: now, serverSentAt: now }));
  }
}

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return address !== null && typeof address !== 'string';
}
