import type { TransportAnswer, TransportArrival } from '../../viewer/frame-socket.js';
import { machineClock, type Clock } from '../../time/clock.js';
import { NO_WINDOW, offered, unreadBytes } from './receive-window.js';
import type { ByteCount } from './raw-socket.js';
import type { TcpFigures, TcpInfo } from './tcp-info.js';

/** How often the kernel is asked while frames are followed on their way, ms. */
const POLL_MS = 3;

/** A frame of which less lies unread when the next one is due was read: windows are rounded. */
const UNREAD_SHARE = 1 / 2;

type OnArrived = (seq: number, arrival: TransportArrival) => void;
export type OnAnswer = (answer: TransportAnswer) => void;

/** Puts a frame into the socket, and calls back when the kernel has taken all of it. */
export type Write = (onTaken?: () => void) => void;

/** Puts a few bytes into the socket, at least so many, that change nothing for the viewer, as a segment of their own. */
export type WriteFew = (bytes: number, onTaken?: () => void) => void;

/** Tells what the program behind a connection leaves unread, where the kernel cannot be asked about the connection. */
export interface ReaderSight {
  /** As it was lately; undefined: nobody knows. */
  readonly unreadBytes: number | undefined;
  /** @param write as of `KernelAcks.ask`, for those who need an acknowledgement to see it. */
  ask(write: WriteFew, onAnswer: OnAnswer): void;
}

/** Of the bytes that the kernel counts. */
interface Stretch {
  /** Infinity while it is not known. */
  end: number;
}

interface Followed {
  readonly onArrived: (arrival: TransportArrival) => void;
  readonly stretch: Stretch;
  /** Whether it has been looked for since it was sent, so that it is known when it arrives. */
  isTimed: boolean;
}

interface Unmeasured {
  readonly seq: number;
  readonly begin: number;
  readonly stretch: Stretch;
}

/**
 * Tells when frames have arrived at a viewer that does not say so itself: the kernel knows what the other host has
 * acknowledged. Where it cannot be asked, a frame counts as arrived when the kernel has taken it, which is much too
 * early on a slow link, until the kernel's buffer is full. What a program on this machine leaves unread is known even then.
 */
export class KernelAcks implements Disposable {
  readonly #count: ByteCount;
  readonly #onArrived: OnArrived;
  readonly #info: TcpInfo | undefined;
  readonly #reader: ReaderSight | undefined;
  readonly #clock: Clock;
  #isDisposed = false;
  #followed: Followed[] = [];
  /** The newest frame, if it was sent unmeasured and nobody has looked for it; all before it are followed or have arrived. */
  #unmeasured: Unmeasured | undefined;
  #before = { acked: 0, at: 0 };
  #window = NO_WINDOW;
  #canLook: boolean | undefined;

  /**
   * @param info of the counted socket, or undefined where the kernel cannot be asked.
   * @param reader what can be seen of who reads it, if that matters, where the kernel cannot be asked.
   */
  constructor(
    count: ByteCount,
    { info, reader }: { info: TcpInfo | undefined; reader?: ReaderSight | undefined },
    onArrived: OnArrived,
    clock: Clock = machineClock,
  ) {
    this.#count = count;
    this.#onArrived = onArrived;
    this.#info = info;
    this.#reader = reader;
    this.#clock = clock;
  }

  /** Whether frames may be sent unmeasured: it must be known of them whether they were read. */
  get canLook(): boolean {
    return (this.#canLook ??= this.#info?.read()?.windowBytes !== undefined);
  }

  /**
   * @param write puts one frame into the socket.
   * @param isMeasured false: it is enough to `look` for it before another one is sent.
   */
  send(seq: number, write: Write, isMeasured = true): void {
    if (this.#info === undefined) {
      write(() => {
        const unread = this.#reader?.unreadBytes;
        this.#onArrived(seq, { arrivedAt: this.#clock.now(), isTimed: true, rttMs: 0, unreadBytes: unread });
      });
      return;
    }
    if (isMeasured || this.#followed.length > 0 || this.#unmeasured !== undefined) {
      this.#follow(write, arrival => this.#onArrived(seq, arrival));
      return;
    }
    const begin = this.#count.bytesWritten;
    this.#unmeasured = { seq, begin, stretch: this.#put(write) };
  }

  /**
   * Looks for what was sent unmeasured. What has not arrived is followed from now on.
   *
   * @returns its number if it has arrived and was read, which is told no more.
   */
  look(): number | undefined {
    const frame = this.#unmeasured;
    const figures = frame === undefined ? undefined : this.#info?.read();
    if (frame === undefined || figures === undefined) return undefined;
    const { seq, begin, stretch } = frame;
    const { ackedBytes, minRttMs, windowBytes } = figures;
    if (ackedBytes < stretch.end) {
      this.#followUnmeasured(true);
      this.#before = { acked: ackedBytes, at: this.#clock.now() };
      return undefined;
    }
    this.#unmeasured = undefined;
    if (windowBytes !== undefined) this.#window = offered(this.#window, windowBytes);
    const unread = unreadBytes(this.#window);
    if (unread <= (stretch.end - begin) * UNREAD_SHARE) return seq;
    this.#onArrived(seq, { arrivedAt: this.#clock.now(), isTimed: false, rttMs: minRttMs, unreadBytes: unread });
    return undefined;
  }

  /** @param write is called now, or later, or not at all where it is not needed. */
  ask(write: WriteFew, onAnswer: OnAnswer): void {
    if (this.#info === undefined) {
      this.#reader?.ask(
        bytes => {
          if (!this.#isDisposed) write(bytes);
        },
        answer => {
          if (!this.#isDisposed) onAnswer(answer);
        },
      );
      return;
    }
    const askedAt = this.#clock.now();
    this.#follow(
      onTaken => write(1, onTaken),
      ({ arrivedAt, rttMs, unreadBytes: unread }) =>
        onAnswer({ at: arrivedAt, lateMs: arrivedAt - askedAt - rttMs, unreadBytes: unread }),
    );
  }

  /** Asks the kernel. @returns whether there is still something to wait for. */
  poll(): boolean {
    const figures = this.#info?.read();
    if (figures !== undefined) this.#advance(figures);
    return figures !== undefined && this.#followed.length > 0;
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#followed = [];
    this.#unmeasured = undefined;
    unfollow(this);
  }

  #follow(write: Write, onArrived: (arrival: TransportArrival) => void): void {
    if (this.#followed.length === 0) this.#before = { acked: this.#count.bytesWritten, at: this.#clock.now() };
    this.#followUnmeasured(false);
    this.#followed.push({ onArrived, stretch: this.#put(write), isTimed: true });
    follow(this);
  }

  /** @param isTimed whether it is known that it has not arrived yet. */
  #followUnmeasured(isTimed: boolean): void {
    const frame = this.#unmeasured;
    if (frame === undefined) return;
    const { seq, stretch } = frame;
    this.#unmeasured = undefined;
    this.#followed.push({ onArrived: arrival => this.#onArrived(seq, arrival), stretch, isTimed });
    follow(this);
  }

  #put(write: Write): Stretch {
    const stretch = { end: Infinity };
    const count = () => {
      stretch.end = this.#count.bytesWritten;
    };
    if (this.#count.isLate) {
      write(count);
    } else {
      write();
      count();
    }
    return stretch;
  }

  #advance({ ackedBytes, minRttMs, windowBytes }: TcpFigures): void {
    const now = this.#clock.now();
    const { acked, at } = this.#before;
    this.#before = { acked: ackedBytes, at: now };
    let count = 0;
    for (const frame of this.#followed) {
      if (frame.stretch.end <= ackedBytes) count += 1;
      else frame.isTimed = true;
    }
    // Most looks see nothing new, and there are some for each frame of each viewer.
    if (count === 0) return;
    const arrived = this.#followed.splice(0, count);
    if (windowBytes !== undefined) this.#window = offered(this.#window, windowBytes);
    const unread = this.#window === NO_WINDOW ? undefined : unreadBytes(this.#window);
    for (const { onArrived, stretch, isTimed } of arrived) {
      const { end } = stretch;
      // Bytes come evenly between two looks, as far as anybody knows.
      const share = ackedBytes > acked ? Math.max(0, Math.min(1, (end - acked) / (ackedBytes - acked))) : 1;
      // What came after this lies behind it. Behind one that was sent unmeasured is another, which tells it.
      const unreadThen = unread === undefined ? undefined : isTimed ? Math.max(0, unread - (ackedBytes - end)) : 0;
      onArrived({ arrivedAt: at + share * (now - at), isTimed, rttMs: minRttMs, unreadBytes: unreadThen });
    }
  }
}

/** All whose frames are on their way: one timer asks for all of them, and none runs while there are none. */
const followers = new Set<KernelAcks>();
let timer: NodeJS.Timeout | undefined;

function follow(acks: KernelAcks): void {
  followers.add(acks);
  timer ??= setInterval(pollAll, POLL_MS);
}

function pollAll(): void {
  for (const acks of followers) if (!acks.poll()) unfollow(acks);
}

function unfollow(acks: KernelAcks): void {
  followers.delete(acks);
  if (followers.size > 0) return;
  clearInterval(timer);
  timer = undefined;
}
