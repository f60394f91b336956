import type { RenditionSpec } from '@framewire/shared/rendition';
import { Backoff } from '../time/backoff.js';
import { withoutUrlSecrets } from '../ops/url-secrets.js';
import type { Producer, ProducerEvents } from '../stream/producer.js';
import { monotonicMs } from '../time/monotonic.js';
import { EngineProcess } from './engine-process.js';
import type { EngineStart, FromEngine } from './messages.js';

type State =
  | { state: 'stopped' }
  | { state: 'running'; process: EngineProcess }
  /** The last process ended by itself; the next one starts when the timer fires. */
  | { state: 'waiting'; timer: NodeJS.Timeout }
  /** `start` may have been called again meanwhile: a device is free only when the old process is gone. */
  | { state: 'stopping'; done: Promise<void>; startAfter: boolean };

/**
 * The producer that captures and encodes on this machine, in a process of its own: native code that crashes or hangs
 * takes only that process with it. It is replaced, with back-off, and told again what is wanted.
 */
export class Engine implements Producer {
  readonly #start: EngineStart;
  readonly #events: ProducerEvents;
  readonly #onEncoded: (ms: readonly number[]) => void;
  readonly #wanted = new Map<number, { spec: RenditionSpec; fps: number }>();
  readonly #backoff = new Backoff();
  #state: State = { state: 'stopped' };
  /** The present process has said itself why it ends. */
  #isEndTold = false;
  /** Counts of the processes before the present one. */
  #before = { captured: 0, encoded: 0, damaged: 0 };
  #counts = { captured: 0, encoded: 0, damaged: 0 };
  #restarts = 0;

  /** @param onEncoded gets how long frames took to encode, ms, twice a second. */
  constructor(start: EngineStart, events: ProducerEvents, onEncoded: (ms: readonly number[]) => void) {
    this.#start = start;
    this.#events = events;
    this.#onEncoded = onEncoded;
  }

  start(): void {
    if (this.#state.state === 'stopped') this.#run();
    else if (this.#state.state === 'stopping') this.#state.startAfter = true;
  }

  stop(): Promise<void> {
    this.#backoff.reset();
    if (this.#state.state === 'stopping') {
      this.#state.startAfter = false;
      return this.#state.done;
    }
    if (this.#state.state === 'waiting') clearTimeout(this.#state.timer);
    if (this.#state.state !== 'running') {
      this.#state = { state: 'stopped' };
      return Promise.resolve();
    }
    const done = this.#state.process.stop().then(() => this.#stopped());
    this.#state = { state: 'stopping', done, startAfter: false };
    return done;
  }

  want(id: number, spec: RenditionSpec, fps: number): void {
    this.#wanted.set(id, { spec, fps });
    if (this.#state.state === 'running') this.#sendWant(this.#state.process, id, { spec, fps });
  }

  drop(id: number): void {
    this.#wanted.delete(id);
    if (this.#state.state === 'running') this.#state.process.send({ type: 'drop', id });
  }

  #run(): void {
    this.#before = this.#counts;
    this.#isEndTold = false;
    const process = new EngineProcess(this.#start, {
      message: message => this.#handle(message),
      frame: (header, payload) => this.#events.frame(header, payload),
      output: line => this.#events.warning(this.#withoutSecrets(line)),
      ended: (code, reason) => this.#ended(code, reason),
    });
    this.#state = { state: 'running', process };
    this.#events.restarted();
    for (const [id, want] of this.#wanted) this.#sendWant(process, id, want);
  }

  #sendWant(process: EngineProcess, id: number, { spec, fps }: { spec: RenditionSpec; fps: number }): void {
    process.send({ type: 'want', id, spec, fps: fps === Infinity ? null : fps });
  }

  #handle(message: FromEngine): void {
    switch (message.type) {
      case 'starting':
        // A process that replaces another one has viewers who know the reason; they are told when it is live.
        if (!this.#backoff.hasFailed) this.#events.source({ state: 'starting' });
        break;
      case 'live': {
        const { info } = message;
        this.#backoff.worked(monotonicMs());
        this.#events.source({ state: 'live' }, { ...info, description: this.#withoutSecrets(info.description) });
        break;
      }
      case 'lost':
        this.#lose(message);
        break;
      case 'ending':
        this.#isEndTold = true;
        this.#lose(message);
        break;
      case 'failed':
        this.#events.failed(message.id, message.seq, this.#withoutSecrets(message.reason));
        break;
      case 'alive':
        this.#counts = {
          captured: this.#before.captured + message.captured,
          encoded: this.#before.encoded + message.encoded,
          damaged: this.#before.damaged + message.damaged,
        };
        this.#events.counts(this.#counts);
        this.#onEncoded(message.encodeMs);
        this.#tellHealth(message.memoryBytes);
        break;
      case 'warning':
        this.#events.warning(this.#withoutSecrets(message.message));
        break;
      case 'blocking':
        break;
    }
  }

  #lose({ code, reason, hint }: Extract<FromEngine, { type: 'lost' | 'ending' }>): void {
    const lost = { state: 'lost', code, reason: this.#withoutSecrets(reason) } as const;
    this.#events.source(lost, undefined, this.#withoutSecrets(hint));
  }

  /** Whatever the engine says may come from FFmpeg or OpenCV, which quote URLs as they were given. */
  #withoutSecrets(text: string): string {
    const { source } = this.#start;
    return withoutUrlSecrets(text, source.kind === 'url' ? source.url : undefined);
  }

  #tellHealth(memoryBytes: number): void {
    this.#events.health({ restarts: this.#restarts, memoryBytes });
  }

  #ended(code: string, reason: string): void {
    this.#restarts += 1;
    this.#tellHealth(0);
    const waitMs = this.#backoff.failed(monotonicMs());
    if (!this.#isEndTold) this.#events.source({ state: 'lost', code, reason: `${reason} It is started again.` });
    this.#state = { state: 'waiting', timer: setTimeout(() => this.#run(), waitMs) };
  }

  #stopped(): void {
    const isWanted = this.#state.state === 'stopping' && this.#state.startAfter;
    this.#state = { state: 'stopped' };
    this.#tellHealth(0);
    if (isWanted) this.#run();
  }
}
