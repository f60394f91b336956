import type { Logger } from 'pino';
import type { StreamInfo } from '@framewire/shared/control';
import { Broadcaster } from './stream/broadcaster.js';
import { Stream, type StreamOptions } from './stream/stream.js';
import { CloseStack } from './close-stack.js';
import type { Config } from './cli/config.js';
import { Engine } from './engine/engine.js';
import { FramewireError, isErrorCode } from './errors.js';
import { throttled } from './ops/throttled.js';
import { ViewerLog } from './ops/viewer-log.js';
import { Access } from './access/access.js';
import { mostConnections } from './transport/listen/connection-limits.js';
import { createHttpServer } from './transport/http/http-server.js';
import type { Reach } from './transport/listen/addresses.js';
import { listen } from './transport/listen/listeners.js';
import { freeFiles } from './transport/listen/open-files.js';
import { WsEndpoint } from './transport/ws/ws.js';

/** How long the start waits for a source to open, ms: a camera on the network that is down does not hold up the others. */
const LOCAL_PROBE_MS = 10_000;
const NETWORK_PROBE_MS = 1500;

export interface FramewireServer {
  readonly reach: Reach;
  /** `hint`: what the operator can do about a source that is lost; empty when there is nothing. */
  readonly streams: (StreamInfo & { hint: string })[];
  /** Says goodbye to every viewer and closes all, in reverse order of opening. */
  close(): Promise<void>;
}

/**
 * Puts the parts together: listens, looks whether every source works, and serves.
 *
 * @param stopping settles when the server is to be closed: what it looks for then is not waited for.
 * @throws FramewireError when the port cannot be had, or every source fails in a way that waiting does not heal.
 */
export async function startServer(
  config: Config,
  version: string,
  log: Logger,
  stopping: Promise<unknown>,
): Promise<FramewireServer> {
  const closing = new CloseStack();
  try {
    const server = `framewire ${version}`;
    const streams = createStreams(config, log);
    const broadcaster = new Broadcaster(streams, config.maxViewers);
    const access = new Access(config, sentence => log.warn(sentence));
    const viewers = new ViewerLog(log);
    closing.push(() => viewers.close());
    const ws = new WsEndpoint(broadcaster, { server, access, viewers, ...config });
    const http = await createHttpServer(broadcaster, {
      server,
      access,
      viewers,
      ...config,
      onError: throttled(error => log.error(error)),
    });
    await http.ready();
    const maxConnections = await connectionsFor(config, log);
    const listeners = await listen({
      host: config.host,
      port: config.port,
      maxConnections,
      onRefused: (reason, address) => viewers.refused(reason, address),
      onRequest: (request, response) => http.routing(request, response),
      onUpgrade: (request, socket, head) => ws.upgrade(request, socket, head),
      onError: throttled(error => log.error(`A connection could not be accepted: ${error.message}.`)),
    });
    closing.push(() => listeners.close());
    closing.push(() => http.close());
    // At once: an engine whose source hangs in native code takes a second until it is killed.
    closing.push(async () => {
      await Promise.all(streams.map(stream => stream.close()));
    });
    closing.push(() => broadcaster.close());
    const probes = streams.map((stream, i) =>
      probe(stream, config.streams[i]?.spec.kind === 'url' ? NETWORK_PROBE_MS : LOCAL_PROBE_MS),
    );
    const failures = await Promise.race([Promise.all(probes), stopping.then(() => [])]);
    const [failure] = failures;
    if (failure !== undefined && failures.every(failed => failed !== undefined)) throw failure;
    for (const stream of streams) followSource(log, stream, config.graceMs);
    return {
      reach: listeners.reach,
      get streams() {
        return streams.map(({ info, hint }) => ({ ...info, hint }));
      },
      close: () => closing.close(),
    };
  } catch (error) {
    await closing.close();
    throw error;
  }
}

function createStreams({ streams, graceMs, maxRenditions }: Config, log: Logger): Stream[] {
  return streams.map(({ name, spec, orientation, transform, description }, id) => {
    const options = { name, id, description, graceMs, maxRenditions, drawPlaceholder };
    const onWarning = (message: string) => log.warn(`${name}: ${message}`);
    return new Stream(
      options,
      events => new Engine({ source: spec, orientation, transform, streamId: id }, events),
      onWarning,
    );
  });
}

/** As many as there are viewers and open files for; tells the operator when the files are what counts. */
async function connectionsFor({ maxViewers, streams }: Config, log: Logger): Promise<number> {
  const most = mostConnections(maxViewers, freeFiles(), streams.length);
  if (most < maxViewers) {
    log.warn(`The limit of open files leaves room for ${most} connections only. It is raised by: ulimit -n 4096`);
    // By the time that it is needed there may be no file left to open, and Node 20 tries a failed import only once.
    await loadPlaceholder();
  }
  return most;
}

/** When needed: a healthy server never draws one, and it takes 26 MB. */
const loadPlaceholder = () => import('./encode/placeholder.js');

const drawPlaceholder: StreamOptions['drawPlaceholder'] = async (size, title, reason) => {
  const placeholder = await loadPlaceholder();
  return placeholder.drawPlaceholder(size, title, reason);
};

/** @returns why the source will not work however long one waits; undefined when it does or may. */
async function probe(stream: Stream, patienceMs: number): Promise<FramewireError | undefined> {
  const state = await stream.probe(patienceMs);
  if (state.state !== 'lost' || !isErrorCode(state.code)) return undefined;
  const error = new FramewireError(state.code, `${stream.name}: ${state.reason}`, stream.hint);
  return error.exitCode === undefined ? undefined : error;
}

/** Tells the operator what becomes of a source, from now on. @param graceMs as in `Config`. */
function followSource(log: Logger, stream: Stream, graceMs: number): void {
  const { name } = stream;
  const { source, description } = stream.info;
  let told = source.state === 'live' ? description : '';
  let isLost = source.state === 'lost';
  stream.onState(state => {
    const wasLost = isLost;
    isLost = state.state === 'lost';
    switch (state.state) {
      case 'starting':
        log.debug(`${name}: is being opened`);
        return;
      case 'live':
        // Said again only after it was closed or lost, or when it has another size.
        if (told !== stream.info.description) log.info(`${name}: open: ${stream.info.description}`);
        told = stream.info.description;
        return;
      case 'lost':
        log.warn(`${name}: lost: ${state.reason} ${stream.hint}`.trimEnd());
        break;
      case 'idle':
        log.info(
          `${name}: ${wasLost ? 'no longer tried' : 'closed'}, since nobody has watched for ${graceMs / 1000} s`,
        );
    }
    told = '';
  });
}
