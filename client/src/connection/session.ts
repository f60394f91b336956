import { encodeClockPing } from '@framewire/shared/clock';
import { parseServerMessage, type ClientMessage, type ServerMessage } from '@framewire/shared/control';
import { PROTOCOL_VERSION } from '@framewire/shared/protocol';
import { openSocket } from '#socket';
import { ClockSync } from '../latency/clock-sync.js';
import { closeVerdict, isAboutToken } from './close-verdict.js';
import { OwnTicks, type StallDetector } from '../latency/stall-detector.js';
import { Receiver, type Arrival } from './receiver.js';
import type { Refusal, Socket, Target } from './socket/socket.js';

/** From the start of connecting to the server's `welcome`, ms: a name look-up, TCP, TLS and an answer. */
const WELCOME_WITHIN_MS = 10_000;
/** A server that is silent for longer although it was pinged is gone, ms; no network tells of a pulled cable. */
const SILENCE_MS = 15_000;

/** The first message of a server. */
export type Welcome = Extract<ServerMessage, { type: 'welcome' }>;
/** Every later one. */
export type Control = Exclude<ServerMessage, Welcome>;

/** How a session has ended. */
export interface Ending {
  /** Whether connecting again can help. */
  retry: boolean;
  /** A `ClientErrorCode`, or the server's. */
  code: string;
  /** A sentence or two for people. */
  reason: string;
}

/** What a session tells; nothing after `close`. */
export interface SessionEvents {
  welcome(message: Welcome): void;
  control(message: Control): void;
  frame(arrival: Arrival): void;
  /** Something that the protocol does not know came and was left out. */
  bad(reason: string): void;
  /** The last event. */
  ended(ending: Ending): void;
}

/** One WebSocket from hello to its end: the handshake, the server's clock, whether anybody is still there. */
export class Session {
  readonly clock = new ClockSync();
  readonly #url: string;
  readonly #events: SessionEvents;
  readonly #socket: Socket;
  readonly #receiver = new Receiver();
  readonly #ownTicks = new OwnTicks();
  readonly #relay: StallDetector | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastError: Extract<ServerMessage, { type: 'error' }> | undefined;
  #hasOpened = false;
  #isWelcome = false;
  #heardAt = 0;
  #oldestPingAt: number | undefined;

  /** @param relay the thread that hands the socket's messages over to this one, where they pass another */
  constructor(target: Target, events: SessionEvents, relay?: StallDetector) {
    this.#url = target.url;
    this.#relay = relay;
    this.#events = events;
    this.#timer = setTimeout(() => this.#giveUp('The server does not answer.'), WELCOME_WITHIN_MS);
    this.#socket = openSocket(target, {
      opened: () => {
        this.#hasOpened = true;
        this.send({ type: 'hello', protocol: PROTOCOL_VERSION, client: 'framewire-client' });
      },
      text: message => this.#text(message),
      binary: message => this.#binary(message),
      closed: (code, said, refusal) => this.#closed(code, said, refusal),
    });
  }

  send(message: ClientMessage | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(message instanceof Uint8Array ? message : JSON.stringify(message));
  }

  /** Ends it without a further event. */
  close(): void {
    this.#stop();
    this.#socket.close();
  }

  #text(text: string): void {
    this.#heardAt = performance.now();
    const parsed = parseServerMessage(text);
    if (!parsed.ok) {
      this.#events.bad(parsed.reason);
    } else if (parsed.message.type === 'welcome') {
      if (this.#isWelcome) this.#events.bad('The server welcomed a second time.');
      else this.#welcome(parsed.message);
    } else {
      if (parsed.message.type === 'error') this.#lastError = parsed.message;
      this.#events.control(parsed.message);
    }
  }

  #welcome(message: Welcome): void {
    this.#isWelcome = true;
    clearTimeout(this.#timer);
    if (message.protocol !== PROTOCOL_VERSION) {
      const reason = `The server speaks version ${message.protocol} of the protocol, this client ${PROTOCOL_VERSION}.`;
      this.close();
      this.#events.ended({ retry: false, code: 'refused', reason });
      return;
    }
    this.#events.welcome(message);
    this.#ping();
  }

  #binary(message: Uint8Array<ArrayBuffer>): void {
    const now = performance.now();
    this.#heardAt = now;
    const heldMs = Math.max(this.#ownTicks.heldMs(now), this.#relay?.heldMs(now) ?? 0);
    const received = this.#receiver.receive(message, now, heldMs);
    switch (received.type) {
      case 'header':
        break;
      case 'frame':
        this.#events.frame(received.arrival);
        break;
      case 'pong':
        this.#oldestPingAt = undefined;
        if (!this.clock.answered(received.pong, now))
          this.#events.bad('A clock sample came that nobody had asked for.');
        break;
      case 'bad':
        this.#events.bad(received.reason);
        break;
    }
  }

  #ping(): void {
    const now = performance.now();
    // Both: a timer that slept in a hidden page finds old news although the server answered at once.
    const unansweredMs = now - (this.#oldestPingAt ?? now);
    if (Math.min(unansweredMs, now - this.#heardAt) > SILENCE_MS) {
      this.#giveUp('The server does not answer any more.');
      return;
    }
    this.#oldestPingAt ??= now;
    this.send(encodeClockPing(now));
    this.#timer = setTimeout(() => this.#ping(), this.clock.pinged(now));
  }

  #giveUp(reason: string): void {
    this.close();
    this.#events.ended({ retry: true, code: 'no-answer', reason });
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#ownTicks.stop();
  }

  #closed(code: number, said: string, refusal: Refusal | undefined): void {
    this.#stop();
    if (refusal !== undefined) {
      // By the server or by something before it: either may be set up better meanwhile. A token stays what it is.
      this.#events.ended({ retry: !isAboutToken(refusal.code), ...refusal });
      return;
    }
    const verdict = closeVerdict(code, said, this.#lastError);
    if (this.#hasOpened || verdict.code !== 'connection-lost') {
      this.#events.ended(verdict);
      return;
    }
    const { host } = new URL(this.#url);
    const reason = said === '' ? `${host} cannot be reached.` : `${host} cannot be reached: ${verdict.reason}`;
    this.#events.ended({ ...verdict, code: 'unreachable', reason });
  }
}
