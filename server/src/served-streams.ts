import type { Logger } from 'pino';
import type { Config, StreamConfig } from './config/config.js';
import { Engine } from './engine/engine.js';
import { FramewireError, isErrorCode } from './errors.js';
import type { Metrics } from './ops/metrics.js';
import { Stream, type StreamOptions } from './stream/stream.js';

/** How long the start waits for a source to open, ms: a camera on the network that is down does not hold up the others. */
const LOCAL_PROBE_MS = 10_000;
const NETWORK_PROBE_MS = 1500;

/** Frame headers have 16 bits for the number of a stream. */
const IDS = 0x1_0000;

interface Surroundings {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly drawPlaceholder: StreamOptions['drawPlaceholder'];
}

interface Served {
  readonly stream: Stream;
  readonly config: StreamConfig;
}

/** The streams of the settings, each with an engine of its own, and what the operator is told of them. */
export class ServedStreams {
  readonly #surroundings: Surroundings;
  #config: Pick<Config, 'graceMs' | 'maxRenditions'>;
  #served: readonly Served[];
  #nextId = 0;

  constructor(config: Config, surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#config = config;
    this.#served = config.streams.map(each => this.#create(each));
  }

  /** In the order of the settings. */
  get streams(): readonly Stream[] {
    return this.#served.map(({ stream }) => stream);
  }

  /** Looks whether the sources work. @throws FramewireError when every one fails in a way that waiting does not heal. */
  async probe(): Promise<void> {
    const failures = await Promise.all(this.#served.map(each => probe(each)));
    const [failure] = failures;
    if (failure !== undefined && failures.every(failed => failed !== undefined)) throw failure;
  }

  /** From now on the operator is told what becomes of the sources. */
  follow(): void {
    for (const served of this.#served) this.#follow(served);
  }

  /**
   * Goes over to other settings. A stream is the same if all that makes it is; any other is ended before the one in its
   * place begins, because a camera can be opened only once.
   *
   * @param publish gets the streams that viewers find from then on.
   * @returns the names of those that are gone, new, or not what they were.
   */
  async reload(config: Config, publish: (streams: readonly Stream[]) => void): Promise<readonly string[]> {
    const before = this.#served;
    this.#config = config;
    for (const { stream } of before) stream.setGrace(config.graceMs);
    const wanted = new Map(config.streams.map(each => [each.name, JSON.stringify(each)]));
    const same = before.filter(served => wanted.get(served.config.name) === JSON.stringify(served.config));
    const gone = before.filter(served => !same.includes(served));
    await Promise.all(gone.map(({ stream }) => stream.close()));
    const running = new Map(same.map(served => [served.config.name, served]));
    this.#served = config.streams.map(each => running.get(each.name) ?? this.#create(each));
    publish(this.streams);
    const fresh = this.#served.filter(served => !same.includes(served));
    for (const served of fresh) this.#follow(served);
    for (const { stream } of gone) stream.dismiss(wanted.has(stream.name) ? setUpAnew(stream) : removed(stream));
    return [...new Set([...gone, ...fresh].map(each => each.config.name))];
  }

  async close(): Promise<void> {
    await Promise.all(this.streams.map(stream => stream.close()));
  }

  #create(config: StreamConfig): Served {
    const { log, metrics, drawPlaceholder } = this.#surroundings;
    const { graceMs, maxRenditions } = this.#config;
    const { name, title, spec, orientation, transform, description } = config;
    const id = this.#nextId;
    this.#nextId = (id + 1) % IDS;
    const stream = new Stream(
      { name, title, id, description, graceMs, maxRenditions, drawPlaceholder },
      events =>
        new Engine({ source: spec, orientation, transform, streamId: id }, events, ms => metrics.encoded(name, ms)),
      message => log.warn({ event: 'source-warning', stream: name }, `${labelOf(config)}: ${message}`),
    );
    return { stream, config };
  }

  #follow({ stream, config }: Served): void {
    const { log, metrics } = this.#surroundings;
    const { name } = stream;
    const label = labelOf(config);
    const { source, description } = stream.info;
    let told = source.state === 'live' ? description : '';
    let isLost = source.state === 'lost';
    if (source.state === 'lost') metrics.lost(name, source.code);
    stream.onState(state => {
      const wasLost = isLost;
      isLost = state.state === 'lost';
      switch (state.state) {
        case 'starting':
          log.debug({ event: 'source-opening', stream: name }, `${label}: is being opened`);
          return;
        case 'live':
          // Said again only after it was closed or lost, or when it has another size.
          if (told !== stream.info.description) {
            log.info({ event: 'source-open', stream: name }, `${label}: open: ${stream.info.description}`);
          }
          told = stream.info.description;
          return;
        case 'lost':
          metrics.lost(name, state.code);
          log.warn(
            { event: 'source-lost', stream: name, code: state.code },
            `${label}: lost: ${state.reason} ${stream.hint}`.trimEnd(),
          );
          break;
        case 'idle': {
          const seconds = this.#config.graceMs / 1000;
          const what = wasLost ? 'no longer tried' : 'closed';
          log.info(
            { event: 'source-closed', stream: name },
            `${label}: ${what}, since nobody has watched for ${seconds} s`,
          );
        }
      }
      told = '';
    });
  }
}

/** How the log names a stream. */
function labelOf({ name, title }: StreamConfig): string {
  return title === name ? name : `${name} (${title})`;
}

/** @returns why the source will not work however long one waits; undefined when it does or may. */
async function probe({ stream, config }: Served): Promise<FramewireError | undefined> {
  const state = await stream.probe(config.spec.kind === 'url' ? NETWORK_PROBE_MS : LOCAL_PROBE_MS);
  if (state.state !== 'lost' || !isErrorCode(state.code)) return undefined;
  const error = new FramewireError(state.code, `${stream.name}: ${state.reason}`, stream.hint);
  return error.exitCode === undefined ? undefined : error;
}

function setUpAnew({ name }: Stream): FramewireError {
  return new FramewireError('stream-changed', `${name} has been set up anew.`, 'Connect again to watch it.');
}

function removed({ name }: Stream): FramewireError {
  return new FramewireError('stream-removed', `${name} is not shown here any more.`);
}
