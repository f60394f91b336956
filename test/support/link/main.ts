import { connect, createServer, type Socket } from 'node:net';
import { seededRandom } from '../random.js';
import { Bottleneck } from './bottleneck.js';
import { parseOrder, type LinkOptions, type Order, type Report } from './orders.js';

/** The emulated link: a process of its own, so that neither the test nor the server delays it. */

/** What one segment carries on an Ethernet. */
const SLICE_BYTES = 1448;
const TICK_MS = 1;

/** Towards the server nothing is narrow. */
const WIDE = 1e12;

interface Passing {
  readonly to: Socket;
  /** undefined: the other side has ended. */
  readonly bytes: Buffer | undefined;
}

class Link {
  readonly #down: Bottleneck<Passing>;
  readonly #up: Bottleneck<Passing>;
  /** Those that are not read while the queue is full. */
  readonly #held = new Set<Socket>();
  readonly #target: { host: string; port: number };

  constructor(target: { host: string; port: number }, options: LinkOptions) {
    const { rate, burst, queueMs, rttMs, jitterMs, glueMs, seed } = options;
    const random = seededRandom(seed);
    const delayMs = rttMs / 2;
    this.#target = target;
    this.#down = new Bottleneck(
      { rate, burst, queueBytes: (rate * queueMs) / 8000, delayMs, jitterMs, glueMs },
      random,
    );
    this.#up = new Bottleneck({ rate: WIDE, burst: 0, queueBytes: Infinity, delayMs, jitterMs: 0, glueMs: 0 }, random);
    setInterval(() => this.#tick(), TICK_MS);
  }

  join(viewer: Socket): void {
    const server = connect({ ...this.#target, noDelay: true });
    viewer.setNoDelay(true);
    this.#forward(server, viewer, this.#down);
    this.#forward(viewer, server, this.#up);
    for (const [one, other] of [
      [viewer, server],
      [server, viewer],
    ] as const) {
      one.on('error', () => other.destroy());
      one.once('close', () => this.#held.delete(one));
    }
  }

  obey(order: Exclude<Order, { type: 'start' }>): void {
    const now = performance.now();
    if (order.type === 'set') this.#down.set(present(order.options));
    for (const direction of [this.#down, this.#up]) {
      if (order.type === 'pause') direction.pause();
      if (order.type === 'resume') direction.resume(now);
    }
  }

  #forward(from: Socket, to: Socket, direction: Bottleneck<Passing>): void {
    from.on('data', chunk => {
      const now = performance.now();
      for (let at = 0; at < chunk.length; at += SLICE_BYTES) {
        const bytes = chunk.subarray(at, at + SLICE_BYTES);
        direction.offer({ to, bytes }, bytes.length, now);
      }
      if (direction.hasRoom) return;
      from.pause();
      this.#held.add(from);
    });
    from.once('close', () => direction.offer({ to, bytes: undefined }, 0, performance.now()));
  }

  #tick(): void {
    const now = performance.now();
    for (const direction of [this.#down, this.#up]) {
      for (const { to, bytes } of direction.drain(now)) {
        if (bytes === undefined) to.end();
        else if (to.writable) to.write(bytes);
      }
    }
    if (!this.#down.hasRoom) return;
    for (const socket of this.#held) socket.resume();
    this.#held.clear();
  }
}

type Settable = Partial<Pick<LinkOptions, 'rate' | 'jitterMs' | 'glueMs'>>;

/** Without what is undefined, as JSON would have it. */
function present({ rate, jitterMs, glueMs }: { [K in keyof Settable]: Settable[K] | undefined }): Settable {
  return {
    ...(rate === undefined ? {} : { rate }),
    ...(jitterMs === undefined ? {} : { jitterMs }),
    ...(glueMs === undefined ? {} : { glueMs }),
  };
}

let link: Link | undefined;
const say = (report: Report): void => void process.send?.(report);

process.on('message', message => {
  const order = parseOrder(message);
  if (order.type !== 'start') {
    link?.obey(order);
    say({ type: 'done' });
    return;
  }
  const started = new Link({ host: order.host, port: order.port }, order.options);
  link = started;
  const server = createServer(viewer => started.join(viewer));
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (typeof address === 'object' && address !== null) say({ type: 'listening', port: address.port });
  });
});
process.once('disconnect', () => process.exit());
