import type { TransportArrival } from '../../viewer/frame-socket.js';
import { machineClock, type Clock } from '../../time/clock.js';
import { NO_WINDOW, offered, unreadBytes } from './receive-window.js';
import type { NearbyReader } from './nearby-reader.js';
import type { ByteCount } from './raw-socket.js';
import type { TcpFigures, TcpInfo } from './tcp-info.js';

/** How often the kernel is asked while frames are on their way, ms. */
const POLL_MS = 3;

type OnArrived = (seq: number, arrival: TransportArrival) => void;

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
  readonly #nearby: NearbyReader | undefined;
  readonly #clock: Clock;
  #isDisposed = false;
  #followed: Followed[] = [];
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
  }

  /** @param write puts one frame into the socket, and calls back when the kernel has taken all of it. */
  send(seq: number, write: (onTaken?: () => void) => void): void {
    if (this.#info === undefined) {
      write(() => {
        const unread = this.#nearby?.unreadBytes ?? 0;
        this.#onArrived(seq, { arrivedAt: this.#clock.now(), rttMs: 0, unreadBytes: unread });
      });
      return;
    }
    this.#follow(write, arrival => this.#onArrived(seq, arrival));
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
      if (!this.#isDisposed) onArrived({ arrivedAt, rttMs: arrivedAt - askedAt, unreadBytes: unread });
    });
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

  #follow(write: (onTaken?: () => void) => void, onArrived: (arrival: TransportArrival) => void): void {
    if (this.#followed.length === 0) this.#before = { acked: this.#count.bytesWritten, at: this.#clock.now() };
    this.#followed.push({ onArrived, stretch: this.#put(write) });
    follow(this);
  }

  #put(write: (onTaken?: () => void) => void): Stretch {
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
    const unread = unreadBytes(this.#window);
    for (const { onArrived, stretch } of arrived) {
      const { end } = stretch;
      // Bytes come evenly between two looks, as far as anybody knows.
      const share = ackedBytes > acked ? Math.max(0, Math.min(1, (end - acked) / (ackedBytes - acked))) : 1;
      // What came after this lies behind it.
      const unreadThen = Math.max(0, unread - (ackedBytes - end));
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
