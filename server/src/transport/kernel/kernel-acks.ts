import type { TransportArrival } from '../../viewer/frame-socket.js';
import { machineClock, type Clock } from '../../time/clock.js';
import { NO_WINDOW, offered, unreadBytes } from './receive-window.js';
import type { NearbyReader } from './nearby-reader.js';
import type { ByteCount } from './raw-socket.js';
import type { TcpFigures, TcpInfo } from './tcp-info.js';

/** How often the kernel is asked while frames are followed on their way, ms. */
const POLL_MS = 3;

/** A frame of which less lies unread when the next one is due was read: windows are rounded. */
const UNREAD_SHARE = 1 / 2;

type OnArrived = (seq: number, arrival: TransportArrival) => void;

/** Of the bytes that the kernel counts. */
interface Stretch {
  readonly begin: number;
  /** Infinity while it is not known. */
  end: number;
}

interface Followed {
  readonly onArrived: (arrival: TransportArrival) => void;
  readonly stretch: Stretch;
}

interface Unfollowed {
  readonly seq: number;
  readonly stretch: Stretch;
}

/**
 * Tells when frames have arrived at a viewer that does not say so itself: the kernel knows what the other host has
 * acknowledged. Where it cannot be asked, a frame counts as arrived when the kernel has taken it, which is much too
 * early on a slow link, until the kernel's buffer is full. What a program on this machine leaves unread is known even then.
 *
 * To follow a frame takes several looks, and what each arrival teaches costs as much again. Where frames come as usual it
 * is enough to follow one of several (`followEvery`), and to `look` whether the others are there when the next is due.
 */
export class KernelAcks implements Disposable {
  /**
   * Whether the frame that was sent last has arrived, if it is not followed. If not, it is from now on; if nobody has read
   * it, its arrival is told at once. Undefined where the kernel cannot be asked: all frames are followed then.
   */
  readonly look: (() => boolean) | undefined;
  readonly #count: ByteCount;
  readonly #onArrived: OnArrived;
  readonly #info: TcpInfo | undefined;
  readonly #nearby: NearbyReader | undefined;
  readonly #clock: Clock;
  #isDisposed = false;
  #followed: Followed[] = [];
  /** The frame that was sent last, if it is not followed. */
  #unfollowed: Unfollowed | undefined;
  #every = 1;
  /** Frames until the next one that is followed. */
  #left = 1;
  #before = { acked: 0, at: 0 };
  #window = NO_WINDOW;

  /**
   * @param info of the counted socket, or undefined where the kernel cannot be asked.
   * @param nearby who reads it, if that matters and is on this machine, where the kernel cannot be asked.
   */
  constructor(
    count: ByteCount,
    { info, nearby }: { info: TcpInfo | undefined; nearby?: NearbyReader | undefined },
    onArrived: OnArrived,
    clock: Clock = machineClock,
  ) {
    this.#count = count;
    this.#onArrived = onArrived;
    this.#info = info;
    this.#nearby = nearby;
    this.#clock = clock;
    if (info !== undefined) this.look = () => this.#look(info);
  }

  /**
   * @param write puts one frame into the socket, and calls back when the kernel has taken all of it.
   * @returns whether it is followed: its arrival will be told.
   */
  send(seq: number, write: (onTaken?: () => void) => void): boolean {
    if (this.#info === undefined) {
      write(() => {
        const unread = this.#nearby?.unreadBytes ?? 0;
        this.#onArrived(seq, { arrivedAt: this.#clock.now(), isTimed: true, rttMs: 0, unreadBytes: unread });
      });
      return true;
    }
    this.#left -= 1;
    if (this.#left > 0) {
      this.#unfollowed = { seq, stretch: this.#put(write) };
      return false;
    }
    this.#left = this.#every;
    this.#unfollowed = undefined;
    this.#follow(write, arrival => this.#onArrived(seq, arrival));
    return true;
  }

  /** From now on one of so many frames is followed, at least 1. Only where it is possible to `look`. */
  followEvery(frames: number): void {
    this.#every = frames;
    this.#left = Math.min(this.#left, frames);
    if (frames === 1) this.#followAfterwards();
  }

  /** @param write as for `send`, of a few bytes that are no frame. Where the kernel cannot be asked, nothing is written. */
  ask(write: (onTaken?: () => void) => void, onArrived: (arrival: TransportArrival) => void): void {
    if (this.#info !== undefined) {
      this.#follow(write, onArrived);
      return;
    }
    const askedAt = this.#clock.now();
    this.#nearby?.look(unread => {
      const arrivedAt = this.#clock.now();
      if (!this.#isDisposed) onArrived({ arrivedAt, isTimed: true, rttMs: arrivedAt - askedAt, unreadBytes: unread });
    });
  }

  /** Whether something is on its way whose arrival will be told. */
  get isFollowing(): boolean {
    return this.#followed.length > 0;
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
    this.#unfollowed = undefined;
    unfollow(this);
  }

  #look(info: TcpInfo): boolean {
    const frame = this.#unfollowed;
    const figures = frame === undefined ? undefined : info.read();
    if (frame === undefined || figures === undefined) return true;
    const { ackedBytes, minRttMs, windowBytes } = figures;
    const { seq, stretch } = frame;
    if (ackedBytes < stretch.end) {
      this.#followAfterwards();
      return false;
    }
    this.#unfollowed = undefined;
    if (windowBytes !== undefined) this.#window = offered(this.#window, windowBytes);
    const unread = unreadBytes(this.#window);
    if (unread <= (stretch.end - stretch.begin) * UNREAD_SHARE) return true;
    this.#advance(figures);
    this.#onArrived(seq, { arrivedAt: this.#clock.now(), isTimed: false, rttMs: minRttMs, unreadBytes: unread });
    return true;
  }

  #follow(write: (onTaken?: () => void) => void, onArrived: (arrival: TransportArrival) => void): void {
    if (this.#followed.length === 0) this.#before = { acked: this.#count.bytesWritten, at: this.#clock.now() };
    this.#followed.push({ onArrived, stretch: this.#put(write) });
    follow(this);
  }

  #put(write: (onTaken?: () => void) => void): Stretch {
    const stretch = { begin: this.#count.bytesWritten, end: Infinity };
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

  /** Follows the frame that was sent last, if it is not. */
  #followAfterwards(): void {
    const frame = this.#unfollowed;
    if (frame === undefined) return;
    const { seq, stretch } = frame;
    this.#unfollowed = undefined;
    if (this.#followed.length === 0) this.#before = { acked: stretch.begin, at: this.#clock.now() };
    this.#followed.push({ onArrived: arrival => this.#onArrived(seq, arrival), stretch });
    follow(this);
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
    const unread = unreadBytes(this.#window);
    for (const { onArrived, stretch } of arrived) {
      const { end } = stretch;
      // Bytes come evenly between two looks, as far as anybody knows.
      const share = ackedBytes > acked ? Math.max(0, Math.min(1, (end - acked) / (ackedBytes - acked))) : 1;
      // What came after this lies behind it.
      const unreadThen = Math.max(0, unread - (ackedBytes - end));
      onArrived({ arrivedAt: at + share * (now - at), isTimed: true, rttMs: minRttMs, unreadBytes: unreadThen });
    }
  }
}

/** All whose frames are followed: one timer asks for all of them, and none runs while there are none. */
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
