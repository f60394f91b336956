import { spawnSync } from 'node:child_process';
import { has } from '../../support/requires.js';

/** Where the server is on a wire. */
export const SERVER_HOST = '10.99.8.1';
const VIEWER_HOST = '10.99.8.2';

/** @returns undefined where a wire can be made, else the sentence to skip with. */
export function wireMissing(): string | undefined {
  if (!has('ip') || !has('tc')) return 'needs iproute2';
  return process.getuid?.() === 0 ? undefined : 'needs root, for network namespaces';
}

/**
 * Two hosts on this machine, joined by a wire whose direction to the viewers is slow: real TCP through a token bucket
 * with a queue before it. After a pause the kernel's token bucket lets its burst through at full speed. Root only.
 */
export class Wire implements Disposable {
  readonly #name = `framewire-${process.pid}`;
  readonly #queueMs: number;
  readonly #burstKb: number;
  readonly #end = () => this[Symbol.dispose]();

  /** @param mbit megabits a second. @param burstKb what the bucket lets through at once when it is full, kB of 1024. */
  constructor(mbit: number, queueMs: number, burstKb: number) {
    this.#queueMs = queueMs;
    this.#burstKb = burstKb;
    const [a, b] = [this.server, this.viewers];
    process.once('exit', this.#end);
    ip('netns', 'add', a);
    ip('netns', 'add', b);
    ip('link', 'add', 'fw-a', 'netns', a, 'type', 'veth', 'peer', 'name', 'fw-b', 'netns', b);
    ip('-n', a, 'addr', 'add', `${SERVER_HOST}/24`, 'dev', 'fw-a');
    ip('-n', b, 'addr', 'add', `${VIEWER_HOST}/24`, 'dev', 'fw-b');
    for (const [namespace, device] of [
      [a, 'fw-a'],
      [b, 'fw-b'],
    ] as const) {
      ip('-n', namespace, 'link', 'set', 'lo', 'up');
      ip('-n', namespace, 'link', 'set', device, 'up');
    }
    // Segments as they are on a wire: 64 kB at once would not pass a bucket of 16.
    if (has('ethtool')) spawnSync('ip', ['netns', 'exec', a, 'ethtool', '-K', 'fw-a', 'tso', 'off', 'gso', 'off']);
    this.set(mbit);
  }

  /** Name of the namespace, for `ip netns exec`. */
  get server(): string {
    return `${this.#name}-a`;
  }

  get viewers(): string {
    return `${this.#name}-b`;
  }

  set(mbit: number): void {
    const shape = [
      'rate',
      `${Math.round(mbit * 1000)}kbit`,
      'burst',
      `${this.#burstKb}kb`,
      'latency',
      `${this.#queueMs}ms`,
    ];
    command('tc', ['-n', this.server, 'qdisc', 'replace', 'dev', 'fw-a', 'root', 'tbf', ...shape]);
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#end);
    for (const namespace of [this.server, this.viewers]) spawnSync('ip', ['netns', 'del', namespace]);
  }
}

function ip(...args: string[]): void {
  command('ip', args);
}

function command(name: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(name, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} ${args.join(' ')}: ${stderr.trim()}`);
}
