import { Socket } from 'node:net';
import path from 'node:path';
import { openSource } from '../source/open-source.js';
import type { Source, SourceHost } from '../source/source.js';
import type { Orientation } from '../source/orientation.js';
import type { SourceSpec } from '../source/source-spec.js';
import { Capture } from './capture.js';
import { describeIssue } from './describe-issue.js';
import { FRAME_PIPE_FD, FramePipeWriter } from './frame-pipe.js';
import { FreedMemory } from './freed-memory.js';
import { HEARTBEAT_MS, toEngine, type EngineStart, type FromEngine, type ToEngine } from './messages.js';
import { RenditionSet } from './rendition-set.js';

/** Longest wait before a source is opened again, ms: looking for a camera on this machine costs nothing. */
const LONGEST_BACKOFF_MS = { camera: 2000, file: 10_000, url: 10_000, test: 10_000 } as const;

/**
 * The engine process: captures one source and encodes its renditions. Its parent tells it what is wanted; it ends
 * with its parent.
 */
class EngineMain {
  readonly #pipe = new FramePipeWriter(new Socket({ fd: FRAME_PIPE_FD }), () => this.#renditions.offerAgain());
  readonly #renditions = new RenditionSet({
    output: this.#pipe,
    newest: () => this.#capture?.newest,
    warning: warn,
    failed: (id, seq, reason) => void send({ type: 'failed', id, seq, reason }),
    encoded: ms => {
      this.#encoded += 1;
      this.#encodeMs.push(Math.round(ms * 100) / 100);
    },
  });
  readonly #memory = new FreedMemory();
  #capture: Capture | undefined;
  #streamId = 0;
  #damaged = 0;
  #encoded = 0;
  /** Of the frames encoded since the last report. */
  #encodeMs: number[] = [];

  handle(message: ToEngine): void {
    switch (message.type) {
      case 'start':
        this.#streamId = message.streamId;
        this.#start(message);
        break;
      case 'want':
        this.#renditions.want(
          { id: message.id, spec: message.spec, streamId: this.#streamId },
          message.fps ?? Infinity,
        );
        break;
      case 'drop':
        this.#renditions.drop(message.id);
        this.#memory.freed();
        break;
    }
  }

  #start({ source, orientation, transform }: EngineStart): void {
    if (this.#capture !== undefined) return;
    this.#capture = new Capture({
      open: () => this.#open(source, orientation, transform),
      longestBackoffMs: LONGEST_BACKOFF_MS[source.kind],
      onState: state => this.#reportState(state),
      onFrame: () => this.#renditions.offerNewest(),
      onHang: error => {
        const { code, message, hint } = error;
        void send({ type: 'ending', code, reason: message, hint }).then(() => process.exit(1));
      },
    });
    setInterval(() => this.#reportAlive(), HEARTBEAT_MS);
    void this.#capture.run();
  }

  /** The source, its pictures going through the user's step where there is one. */
  async #open(spec: SourceSpec, orientation: Orientation, transform: string | null): Promise<Source> {
    const host: SourceHost = {
      warn,
      damaged: pictures => {
        this.#damaged += pictures;
      },
      expectBlocking: ms => send({ type: 'blocking', ms }),
      wantsMats: transform !== null,
    };
    if (transform === null) return openSource(spec, host, orientation);
    const { loadTransform, TransformedSource } = await import('./transform.js');
    const step = await loadTransform(transform);
    return new TransformedSource(await openSource(spec, host, orientation), step, path.basename(transform), warn);
  }

  #reportState(state: Parameters<ConstructorParameters<typeof Capture>[0]['onState']>[0]): void {
    if (state.state === 'lost') {
      const { code, reason, hint = '' } = state;
      void send({ type: 'lost', code, reason, hint });
    } else if (state.info !== undefined) void send({ type: 'live', info: state.info });
    else void send({ type: 'starting' });
  }

  #reportAlive(): void {
    const captured = this.#capture?.captured ?? 0;
    const counts = { captured, encoded: this.#encoded, damaged: this.#damaged };
    void send({ type: 'alive', ...counts, encodeMs: this.#encodeMs, memoryBytes: process.memoryUsage.rss() });
    this.#encodeMs = [];
  }
}

function warn(message: string): void {
  void send({ type: 'warning', message });
}

/** Resolves when the message is on its way; a channel that closes in this very moment is no error: `disconnect` follows. */
function send(message: FromEngine): Promise<void> {
  return new Promise(resolve => {
    if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
    else resolve();
  });
}

const engine = new EngineMain();
process.on('message', message => {
  const parsed = toEngine.safeParse(message);
  if (parsed.success) engine.handle(parsed.data);
  else
    warn(`A message to the engine is left out, which is a bug of Framewire: ${describeIssue(message, parsed.error)}.`);
});
process.on('disconnect', () => process.exit(0));
// Ctrl+C reaches the whole process group; the server decides when its engines end.
process.on('SIGINT', () => undefined);
