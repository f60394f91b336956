import type { Socket } from 'node:net';
import type { RawData, WebSocket } from 'ws';
import { decodeAck } from '@framewire/shared/ack';
import { decodeClockPing, encodeClockPong } from '@framewire/shared/clock';
import { parseClientMessage, type ClientText } from '@framewire/shared/client-message';
import type {
  AckAllowance,
  SentCounts,
  ServerMessage,
  SourceState,
  Subscribe,
  ViewerStats,
  Wishes,
} from '@framewire/shared/control';
import * as CLOSE_CODES from '@framewire/shared/close-codes';
import * as MESSAGE_TYPE from '@framewire/shared/message-type';
import { PROTOCOL_VERSION } from '@framewire/shared/protocol';
import type { KnownRates } from '../../link/known-rates.js';
import type { Watcher, SeenStreams } from '../../stream/broadcaster.js';
import type { Stream } from '../../stream/stream.js';
import { DEFAULT_VIEWER_REQUEST, Viewer, type Answer, type ViewerTransport } from '../../viewer/viewer.js';
import { FramewireError, messageOf, type ErrorCode } from '../../errors.js';
import type { EncodedFrame } from '../../frames.js';
import { machineClock } from '../../time/clock.js';
import { monotonicMs } from '../../time/monotonic.js';
import type { Attendance } from '../../ops/audience.js';
import { FrameWriter } from './frame-writer.js';
import { GatheredWishes } from './gathered-wishes.js';
import { MessageLimits } from './message-limits.js';
import { closeWebSocket, errorMessage } from './refuse-web-socket.js';
import { requestFrom } from './request-from.js';
import { pingNumber } from './ws-wire.js';
import { openTcpInfo } from '../kernel/tcp-info.js';
import { KernelAcks } from '../kernel/kernel-acks.js';

/** Control messages that a viewer has not taken: above this it reads nothing at all, bytes. */
const MOST_UNREAD_BYTES = 1024 * 1024;

/** Above this no further pong waits, bytes; a frame may wait before it. */
const MOST_UNREAD_PONGS = 512 * 1024;

/** Who has asked for nothing is closed after this. It says nothing either, not even a ping, ms. */
const SILENCE_MS = 60_000;

/** And gives up its place after this when there is no other for somebody who comes, ms: an honest viewer asks at once. */
const YIELD_MS = 2000;

/** What takes a claim on a stream or gives it back. `set` is put together, these are limited. */
const CLAIMS: ReadonlySet<ClientText['type']> = new Set(['subscribe', 'unsubscribe', 'pause', 'resume']);

/** How a viewer is let go for which there is no stream or no rendition. */
const NO_PICTURE = { code: CLOSE_CODES.shapeChanged, reason: 'No picture of your size is available.' };
const FAREWELLS: Partial<Record<ErrorCode, { readonly code: number; readonly reason: string }>> = {
  'too-many-sizes': { ...NO_PICTURE, code: CLOSE_CODES.tooManyViewers },
  'stream-changed': { code: CLOSE_CODES.shapeChanged, reason: 'The stream has been set up anew.' },
  'stream-removed': { code: CLOSE_CODES.streamRemoved, reason: 'The stream is not shown here any more.' },
};
/** What a viewer finds when it comes. */
export interface Surroundings {
  readonly knownRates: KnownRates;
  /** Those that exist for it. */
  readonly streams: SeenStreams;
  readonly attendance: Attendance;
}

/** One WebSocket viewer: control messages and acknowledgements in, frames and answers out. */
export class WsViewer implements Watcher, ViewerTransport {
  readonly #ws: WebSocket;
  readonly #socket: Socket;
  readonly #frames: FrameWriter;
  readonly #streams: SeenStreams;
  readonly #limits = new MessageLimits();
  readonly #viewer: Viewer;
  readonly #attendance: Attendance;
  /** For viewers that do not acknowledge. */
  #acks: KernelAcks | undefined;
  #hasHeaders = true;
  #acknowledges = true;
  readonly #wishes = new GatheredWishes(wishes => this.#set(wishes));
  #heardAt = monotonicMs();
  /** Until the first message, which nobody sends before it is open: the round trip to the viewer, ms. */
  #roundTripMs: number | undefined;
  readonly #openedAt = monotonicMs();
  /** The name of the stream that it watches. */
  watched: string | undefined;

  /** @param socket below `ws`: frames are written to it directly, see `FrameWriter`. */
  constructor(ws: WebSocket, socket: Socket, { knownRates, streams, attendance }: Surroundings) {
    this.#ws = ws;
    this.#attendance = attendance;
    this.#socket = socket;
    this.#frames = new FrameWriter(socket);
    this.#streams = streams;
    const { remoteAddress = '' } = socket;
    const memory = knownRates.of(remoteAddress, () => this.#roundTripMs, monotonicMs);
    this.#viewer = new Viewer(this, machineClock, memory);
    ws.on('message', (data, isBinary) => this.#receive(data, isBinary));
    ws.on('ping', data => this.#pong(data));
    ws.on('pong', data => {
      const seq = this.#isWelcome() ? pingNumber(data) : undefined;
      if (seq !== undefined) this.#viewer.read(seq);
    });
  }

  send(frame: EncodedFrame, isMeasured: boolean): void {
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    if (this.#acknowledges) {
      this.#frames.write(frame, { hasHeader: true, hasPing: false });
      return;
    }
    const parts = { hasHeader: this.#hasHeaders, hasPing: true };
    this.#kernelAcks.send(frame.header.seq, onTaken => this.#frames.write(frame, parts, onTaken), isMeasured);
    this.#viewer.asked(frame.header.seq);
  }

  get canLook(): boolean {
    return !this.#acknowledges && this.#kernelAcks.canLook;
  }

  look(): number | undefined {
    return this.#acknowledges ? undefined : this.#acks?.look();
  }

  isClogged(): boolean {
    return this.#frames.isClogged();
  }

  chosen(stream: Stream, answer: Answer): void {
    this.#say({ type: 'subscribed', stream: stream.name, streamId: stream.id, ...answer });
  }

  source(stream: Stream, state: SourceState): void {
    this.#say({ type: 'source', stream: stream.name, ...state });
  }

  stats(stats: ViewerStats): void {
    this.#say({ type: 'stats', ...stats });
  }

  counted(counts: SentCounts): void {
    this.#attendance.counted(counts);
  }

  acknowledgeEvery(allowance: AckAllowance): void {
    this.#say({ type: 'acks', ...allowance });
  }

  refused(error: FramewireError): void {
    this.refuse(error);
    const { code, reason } = FAREWELLS[error.code] ?? NO_PICTURE;
    this.close(code, reason);
  }

  stalled(): void {
    this.close(CLOSE_CODES.stalled, 'Nothing was taken or acknowledged for 10 s.');
  }

  tick(): void {
    this.#viewer.tick();
    if (this.#silentMs >= SILENCE_MS) this.close(CLOSE_CODES.stalled, 'Nothing was said or asked for in 60 s.');
  }

  yieldPlace(): boolean {
    if (this.#silentMs < YIELD_MS) return false;
    this.close(CLOSE_CODES.tooManyViewers, 'Others want to watch, and you asked for nothing.');
    return true;
  }

  /** How long it has said nothing while it watches nothing, ms. */
  get #silentMs(): number {
    return this.#viewer.request === undefined ? monotonicMs() - this.#heardAt : 0;
  }

  dismiss(): void {
    this.close(CLOSE_CODES.goingAway, 'The server is stopping.');
  }

  /** Frees all that belongs to this viewer, except the socket. */
  leave(): void {
    this.#wishes.drop();
    this.#viewer.stop();
    this.#watches(undefined);
    this.#acks?.[Symbol.dispose]();
  }

  /** @param reason at most 123 bytes, as the WebSocket protocol has it. */
  close(code: number, reason: string): void {
    this.leave();
    closeWebSocket(this.#ws, code, reason);
  }

  refuse(error: FramewireError): void {
    this.#say(errorMessage(error));
  }

  /** Tells a new viewer what there is. */
  welcome(server: string, limits: { renditions: number; viewers: number; controlBytes: number }): void {
    const { streams } = this.#streams;
    const capabilities = { codecs: ['jpeg'], modes: ['auto', 'fixed'], held: true, latency: true };
    this.#say({ type: 'welcome', protocol: PROTOCOL_VERSION, server, streams, limits, capabilities });
    // Its pong comes first, most of the time: pages are busy.
    this.#ws.ping();
  }

  get #kernelAcks(): KernelAcks {
    return (this.#acks ??= new KernelAcks(this.#frames, { info: openTcpInfo(this.#socket) }, (seq, arrival) => {
      this.#viewer.arrived(seq, arrival);
    }));
  }

  #say(message: ServerMessage): void {
    this.#answer(JSON.stringify(message));
  }

  #answer(message: string | Uint8Array): void {
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    if (this.#ws.bufferedAmount > MOST_UNREAD_BYTES) this.stalled();
    else this.#ws.send(message);
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (!this.#isWelcome()) return;
    try {
      if (!Buffer.isBuffer(data)) throw new FramewireError('bad-message', 'A message came in pieces.');
      if (isBinary) this.#receiveBinary(data);
      else this.#receiveControl(data.toString('utf8'));
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** Counts what came, of any kind. @returns whether it is to be looked at. */
  #isWelcome(): boolean {
    if (this.#ws.readyState !== this.#ws.OPEN) return false;
    const now = monotonicMs();
    this.#heardAt = now;
    this.#roundTripMs ??= now - this.#openedAt;
    if (!this.#limits.exceedsMessages(now)) return true;
    this.close(CLOSE_CODES.tooManyMessages, 'Too many messages a second.');
    return false;
  }

  /** Who sends pings and reads no pongs gets none: only the newest would have to be answered (RFC 6455 5.5.3). */
  #pong(data: Buffer): void {
    if (this.#isWelcome() && this.#ws.bufferedAmount < MOST_UNREAD_PONGS) this.#ws.pong(data);
  }

  #refuse(thrown: unknown): void {
    this.refuse(thrown instanceof FramewireError ? thrown : new FramewireError('bad-message', messageOf(thrown)));
    if (this.#limits.exceedsBadMessages(monotonicMs())) {
      this.close(CLOSE_CODES.badMessages, 'Too many messages that make no sense.');
    }
  }

  #receiveBinary(data: Buffer): void {
    switch (data[0]) {
      case MESSAGE_TYPE.ack: {
        const ack = decodeAck(data);
        if (!this.#acknowledges || !this.#viewer.acknowledge(ack)) {
          throw new FramewireError('bad-message', `Frame ${ack.seq} was acknowledged, but it is not in flight.`);
        }
        return;
      }
      case MESSAGE_TYPE.clock: {
        const serverReceivedAt = monotonicMs();
        const sentAt = decodeClockPing(data);
        this.#answer(encodeClockPong({ sentAt, serverReceivedAt, serverSentAt: monotonicMs() }));
        return;
      }
      default:
        throw new FramewireError('bad-message', 'Binary messages are acknowledgements or clock samples.');
    }
  }

  #receiveControl(text: string): void {
    const parsed = parseClientMessage(text);
    if (!parsed.ok) throw new FramewireError('bad-message', parsed.reason);
    if (CLAIMS.has(parsed.message.type) && this.#limits.exceedsClaims(monotonicMs())) {
      this.close(CLOSE_CODES.tooManyMessages, 'Too many subscriptions and pauses a second.');
      return;
    }
    this.#obey(parsed.message);
  }

  #obey(message: ClientText): void {
    switch (message.type) {
      case 'hello':
        if (message.protocol !== PROTOCOL_VERSION) {
          const versions = `This server speaks version ${PROTOCOL_VERSION} of the protocol, not ${message.protocol}.`;
          throw new FramewireError('protocol-version', versions);
        }
        break;
      case 'subscribe':
        this.#subscribe(message);
        break;
      case 'set':
        if (this.#viewer.request === undefined)
          throw new FramewireError('not-subscribed', 'Subscribe first, then set.');
        this.#wishes.add(message);
        break;
      case 'pause':
        this.#viewer.pause();
        break;
      case 'resume':
        this.#viewer.resume();
        break;
      case 'unsubscribe':
        this.#viewer.stop();
        this.#watches(undefined);
        break;
      case 'next':
        this.#viewer.next();
        break;
      case 'key': // Every JPEG is one.
        break;
      case 'latency':
        this.#attendance.measured(message);
        break;
    }
  }

  #subscribe(message: Subscribe): void {
    const stream = this.#streams.stream(message.stream);
    const headers = message.headers ?? true;
    // Without headers a viewer cannot be told that the size changes, and a file that it writes could not change it.
    const request = requestFrom(message, { ...DEFAULT_VIEWER_REQUEST, size: headers ? 'auto' : 'fixed' });
    this.#wishes.drop();
    this.#hasHeaders = headers;
    const before = this.#acknowledges;
    // Without headers a viewer does not know what to acknowledge.
    this.#acknowledges = this.#hasHeaders && (message.acks ?? true);
    if (this.#acknowledges !== before) this.#viewer.forgetInFlight();
    this.#viewer.watch(stream, request);
    this.#watches(stream.name);
  }

  #watches(stream: string | undefined): void {
    this.watched = stream;
    this.#attendance.watches(stream);
  }

  #set(wishes: Wishes): void {
    const { request } = this.#viewer;
    try {
      if (request !== undefined) this.#viewer.change(requestFrom(wishes, request));
    } catch (error) {
      this.#refuse(error);
    }
  }
}
