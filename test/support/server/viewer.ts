import { encodeAck } from '@framewire/shared/ack';
import { parseServerMessage, type ServerMessage, type Subscribe } from '@framewire/shared/control';
import { decodeFrameHeader, FRAME_HEADER_BYTES, type FrameHeader } from '@framewire/shared/frame-header';
import * as MESSAGE_TYPE from '@framewire/shared/message-type';
import { SUBPROTOCOL } from '@framewire/shared/protocol';
import { WebSocket } from 'ws';

export interface ViewerOptions {
  /** Sent as soon as the socket is open; null: nothing is sent. Default: `{}`, the first stream as it comes. */
  subscribe?: Omit<Subscribe, 'type'> | null;
  /** Whether every frame is acknowledged when it arrives. Default true. */
  acks?: boolean;
  headers?: Record<string, string>;
}

export interface ReceivedFrame {
  /** undefined for a viewer that subscribed with `headers: false`. */
  header: FrameHeader | undefined;
  payload: Uint8Array;
  /** `performance.now()` of the arrival. */
  receivedAt: number;
}

export interface Closed {
  code: number;
  reason: string;
}

type ControlType = ServerMessage['type'];
type Control<T extends ControlType> = Extract<ServerMessage, { type: T }>;

/** How many of the newest frames a viewer keeps, so that a long test does not hold every picture. */
const KEPT_FRAMES = 300;

/**
 * A viewer that does as it is told and nothing else, over the bare WebSocket: for tests of what a server does with
 * good viewers and bad ones. Everything that it gets is kept in order and can be waited for.
 */
export class Viewer {
  static async open(url: string, options: ViewerOptions = {}): Promise<Viewer> {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`, SUBPROTOCOL, {
      perMessageDeflate: false,
      headers: options.headers,
    });
    const viewer = new Viewer(socket, options);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    // What was asked for, and nothing that follows from the speed of the machine.
    if (options.subscribe !== null) viewer.send({ type: 'subscribe', mode: 'fixed', ...options.subscribe });
    return viewer;
  }

  /** Set to false to stop acknowledging, at any time. */
  acks: boolean;
  /** Oldest first, the newest `KEPT_FRAMES` of them. */
  readonly frames: ReceivedFrame[] = [];
  /** Every control message so far, oldest first. */
  readonly messages: ServerMessage[] = [];
  /** How many frames came, and their payloads' bytes. */
  frameCount = 0;
  frameBytes = 0;
  readonly closed: Promise<Closed>;
  readonly #socket: WebSocket;
  readonly #hasHeaders: boolean;
  readonly #watchers = new Set<() => void>();
  #header: FrameHeader | undefined;
  #headerAt = 0;

  private constructor(socket: WebSocket, options: ViewerOptions) {
    this.#socket = socket;
    this.acks = options.acks ?? true;
    this.#hasHeaders = options.subscribe?.headers !== false;
    this.closed = new Promise(resolve => {
      socket.once('close', (code, reason) => {
        resolve({ code, reason: reason.toString() });
        this.#changed();
      });
    });
    // The close that follows says what happened.
    socket.on('error', () => {});
    socket.on('message', (data, isBinary) => {
      if (!Buffer.isBuffer(data)) throw new Error('The socket was not asked for anything but Buffers.');
      if (isBinary) this.#binary(data);
      else this.#text(data.toString());
      this.#changed();
    });
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Sends a control message; anything that becomes JSON is allowed, wrong ones too. */
  send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** A string goes as a text message, bytes as a binary one. */
  sendRaw(data: string | Uint8Array): void {
    this.#socket.send(data);
  }

  /** Sends a control frame of the WebSocket itself. */
  beat(kind: 'ping' | 'pong'): void {
    this.#socket[kind]();
  }

  /** Acknowledges `seq`, whether or not such a frame came. */
  ack(seq: number, payloadMs = 0): void {
    const receivedAt = performance.now();
    this.#socket.send(
      encodeAck({
        hidden: false,
        decodeError: false,
        needsKey: false,
        held: 'none',
        decodeQueue: 0,
        clientDropped: 0,
        seq,
        receivedAt,
        payloadMs,
        drawnSeq: seq,
        drawLagMs: 0,
      }),
    );
  }

  /** Takes nothing more from the socket, so that the kernel's buffers fill up. */
  stopReading(): void {
    this.#socket.pause();
  }

  resumeReading(): void {
    this.#socket.resume();
  }

  /** Waits until `condition` holds; it is asked again after every message. @throws Error after `withinMs`. */
  async until<T>(condition: () => T | undefined | false, what: string, withinMs = 30_000): Promise<T> {
    let look: () => void = () => {};
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        look = () => {
          const value = condition();
          if (value !== undefined && value !== false) resolve(value);
          else if (!this.isOpen)
            reject(new Error(`The viewer was closed while it waited for ${what}. ${this.#told()}`));
        };
        timer = setTimeout(() => reject(new Error(`No ${what} in ${withinMs} ms. ${this.#told()}`)), withinMs);
        this.#watchers.add(look);
        look();
      });
    } finally {
      clearTimeout(timer);
      this.#watchers.delete(look);
    }
  }

  /** Waits for `count` more frames. @returns the last of them. */
  async nextFrames(count: number, withinMs?: number): Promise<ReceivedFrame> {
    const wanted = this.frameCount + count;
    return this.until(() => (this.frameCount >= wanted ? this.frames.at(-1) : undefined), `${count} frames`, withinMs);
  }

  /** The first control message of this type, already here or to come, that also satisfies `accepts`. */
  async message<T extends ControlType>(
    type: T,
    accepts: (message: Control<T>) => boolean = () => true,
  ): Promise<Control<T>> {
    const isWanted = (message: ServerMessage): message is Control<T> => message.type === type;
    return this.until(() => this.messages.filter(isWanted).find(accepts), `message of type ${type}`);
  }

  /** The first control message of this type that comes from now on, and that also satisfies `accepts`. */
  async nextMessage<T extends ControlType>(
    type: T,
    accepts: (message: Control<T>) => boolean = () => true,
  ): Promise<Control<T>> {
    const seen = this.messages.length;
    return this.message(type, message => this.messages.indexOf(message) >= seen && accepts(message));
  }

  /** Waits until a picture of the source has come that is the newest frame from now on, and no placeholder. */
  async nextPicture(): Promise<ReceivedFrame> {
    const { frameCount } = this;
    return this.until(() => {
      const newest = this.frames.at(-1);
      return this.frameCount > frameCount && newest?.header?.placeholder === false && newest;
    }, 'picture');
  }

  /** Ends it without a closing handshake, as a cable that is pulled. */
  terminate(): void {
    this.#socket.terminate();
  }

  async close(): Promise<Closed> {
    // A paused socket never sees the answer.
    this.#socket.resume();
    this.#socket.close();
    return this.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.terminate();
    await this.closed;
  }

  #binary(data: Buffer): void {
    const receivedAt = performance.now();
    if (this.#hasHeaders && this.#header === undefined) {
      if (data[0] === MESSAGE_TYPE.frame && data.byteLength === FRAME_HEADER_BYTES) {
        this.#header = decodeFrameHeader(data);
        this.#headerAt = receivedAt;
      }
      return;
    }
    const header = this.#header;
    this.#header = undefined;
    this.frameCount++;
    this.frameBytes += data.byteLength;
    this.frames.push({ header, payload: data, receivedAt });
    if (this.frames.length > KEPT_FRAMES) this.frames.shift();
    if (this.acks && header !== undefined) this.ack(header.seq, receivedAt - this.#headerAt);
  }

  #text(text: string): void {
    const parsed = parseServerMessage(text);
    if (!parsed.ok) throw new Error(`The server sent what is no control message: ${parsed.reason} ${text}`);
    this.messages.push(parsed.message);
  }

  #changed(): void {
    this.#watchers.forEach(watcher => watcher());
  }

  #told(): string {
    return `Messages so far: ${JSON.stringify(this.messages.slice(-5))}`;
  }
}
