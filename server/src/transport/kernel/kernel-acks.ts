import type { TransportAnswer, TransportArrival } from '../../viewer/frame-socket.js';
import { machineClock, type Clock } from '../../time/clock.js';
import { NO_WINDOW, offered, unreadBytes } from './receive-window.js';
import type { ByteCount } from './raw-socket.js';
import type { TcpFigures, TcpInfo } from './tcp-info.js';

/** How often the kernel is asked while frames are on their way, ms. */
const POLL_MS = 3;

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
  #before = { acked: 0, at: 0 };
  #window = NO_WINDOW;

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

  /** @param write puts one frame into the socket. */
  send(seq: number, write: Write): void {
    if (this.#info === undefined) {
      write(() => {
        const unread = this.#reader?.unreadBytes;
        this.#onArrived(seq, { arrivedAt: this.#clock.now(), rttMs: 0, unreadBytes: unread });
      });
      return;
    }
    this.#follow(write, arrival => this.#onArrived(seq, arrival));
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
    unfollow(this);
  }

  #follow(write: Write, onArrived: (arrival: TransportArrival) => void): void {
    if (this.#followed.length === 0) this.#before = { acked: this.#count.bytesWritten, at: this.#clock.now() };
    this.#followed.push({ onArrived, stretch: this.#put(write) });
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
    const arrived = this.#followed.filter(({ stretch }) => stretch.end <= ackedBytes);
    this.#before = { acked: ackedBytes, at: now };
    // Most looks see nothing new, and there are some for each frame of each viewer.
    if (arrived.length === 0) return;
    this.#followed = this.#followed.slice(arrived.length);
    if (windowBytes !== undefined) this.#window = offered(this.#window, windowBytes);
    const unread = this.#window === NO_WINDOW ? undefined : unreadBytes(this.#window);
    for (const { onArrived, stretch } of arrived) {
      const { end } = stretch;
      // Bytes come evenly between two looks, as far as anybody knows.
      const share = ackedBytes > acked ? Math.max(0, Math.min(1, (end - acked) / (ackedBytes - acked))) : 1;
      // What came after this lies behind it.
      const unreadThen = unread === undefined ? undefined : Math.max(0, unread - (ackedBytes - end));
      onArrived({ arrivedAt: at + share * (now - at), rttMs: minRttMs, unreadBytes: unreadThen });
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
