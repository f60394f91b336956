import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { StreamInfo } from '@framewire/shared/control';
import { Broadcaster } from './stream/broadcaster.js';
import type { StreamOptions } from './stream/stream.js';
import { Reloader, type Reloaded } from './reload.js';
import { ServedStreams } from './served-streams.js';
import { CloseStack } from './close-stack.js';
import type { Config } from './config/config.js';
import { throttled } from './ops/throttled.js';
import { Audience } from './ops/audience.js';
import { Metrics } from './ops/metrics.js';
import { ViewerLog } from './ops/viewer-log.js';
import { Door, type Entry } from './access/entry.js';
import type { UserStore } from './access/user-store.js';
import { mostConnections } from './transport/listen/connection-limits.js';
import { StateFolder, stateFolderPath } from './ops/state-folder.js';
import { Certificates } from './tls/certificates.js';
import { createHttpServer } from './transport/http/http-server.js';
import type { Reach } from './transport/listen/addresses.js';
import { listen, type Listeners } from './transport/listen/listeners.js';
import { freeFiles } from './transport/listen/open-files.js';
import { WsEndpoint } from './transport/ws/ws.js';

export interface FramewireServer {
  readonly reach: Reach;
  /** Undefined without TLS. */
  readonly certificates: Certificates | undefined;
  readonly entry: Entry;
  /** `hint`: what the operator can do about a source that is lost; empty when there is nothing. */
  readonly streams: (StreamInfo & { hint: string })[];
  /** As `Reloader.reload`. */
  reload(): Promise<Reloaded>;
  /** Says goodbye to every viewer and closes all, in reverse order of opening. */
  close(): Promise<void>;
}

/** What a server finds when it starts. */
export interface Surroundings {
  readonly version: string;
  /** Who may come in, where tokens are wanted. */
  readonly users: UserStore;
  readonly log: Logger;
  /** A descriptor that is listened on already, in place of the address in the settings. */
  readonly fd?: number | undefined;
  /** Reads the settings again. @throws FramewireError when they are wrong. */
  readonly load: () => Config;
}

/**
 * Puts the parts together: listens, looks whether every source works, and serves.
 *
 * @param stopping settles when the server is to be closed: what it looks for then is not waited for.
 * @throws FramewireError when the port cannot be had, or every source fails in a way that waiting does not heal.
 */
export async function startServer(
  config: Config,
  surroundings: Surroundings,
  stopping: Promise<unknown>,
): Promise<FramewireServer> {
  const { version, log, load, fd } = surroundings;
  const closing = new CloseStack();
  try {
    const server = `framewire ${version}`;
    const certificates = await openCertificates(config, log, closing);
    const metrics = new Metrics(version, {
      streams: () => served.streams,
      connections: () => ({ websocket: ws.connections, http: listeners.connections - ws.connections }),
      certificateExpiresAt: certificates && (() => certificates.expiresAt),
    });
    const served = new ServedStreams(config, { log, metrics, drawPlaceholder });
    const broadcaster = new Broadcaster(served.streams, config.maxViewers);
    const door = makeDoor(config, surroundings, closing);
    const { access, guard } = door;
    const viewers = new ViewerLog(log);
    closing.push(() => viewers.close());
    const audience = new Audience(viewers, metrics);
    const reloader = new Reloader({ config, load, log, metrics, door, broadcaster, served, certificates });
    const reload = () => reloader.reload();
    const ws = new WsEndpoint(broadcaster, { server, guard, audience, ...config });
    const onError = throttled((error: unknown) => log.error(error));
    const options = { server, access, guard, audience, metrics, certificates, reload, ...config, onError };
    const http = await createHttpServer(broadcaster, options);
    await http.ready();
    const listeners = await listenFor(config, { log, fd, audience, certificates, http, ws });
    closing.push(() => listeners.close());
    // In the same turn: nobody can have asked for anything yet.
    const entry = door.open(listeners.reach);
    closing.push(() => http.close());
    // At once: an engine whose source hangs in native code takes a second until it is killed.
    closing.push(() => served.close());
    closing.push(() => broadcaster.close());
    await Promise.race([served.probe(), stopping]);
    served.follow();
    return {
      reach: listeners.reach,
      certificates,
      entry,
      get streams() {
        return served.streams.map(({ info, hint }) => ({ ...info, hint }));
      },
      reload,
      close: () => closing.close(),
    };
  } catch (error) {
    await closing.close();
    throw error;
  }
}

function makeDoor(config: Config, { users, log, fd }: Surroundings, closing: CloseStack): Door {
  users.configured = config.users;
  // What a socket was bound to is known once it is listened on; until then no name stands for this machine.
  const names = fd === undefined ? config : { ...config, host: '' };
  const door = new Door(names, users, (sentence, event) => log.warn({ event }, sentence));
  closing.push(() => door.close());
  return door;
}

async function openCertificates({ tls }: Config, log: Logger, closing: CloseStack): Promise<Certificates | undefined> {
  if (tls === undefined) return undefined;
  const folder = new StateFolder(stateFolderPath(process.env));
  const certificates = await Certificates.open(tls, folder, sentence => log.warn(sentence));
  closing.push(() => certificates.close());
  return certificates;
}

interface Served {
  readonly log: Logger;
  readonly fd: number | undefined;
  readonly audience: Audience;
  readonly certificates: Certificates | undefined;
  readonly http: FastifyInstance;
  readonly ws: WsEndpoint;
}

async function listenFor(config: Config, { log, fd, audience, certificates, http, ws }: Served): Promise<Listeners> {
  return listen({
    ...config,
    fd,
    tls: certificates,
    maxConnections: await connectionsFor(config, log),
    onRefused: (reason, address) => audience.refusedConnection(reason, address),
    onRequest: (request, response) => http.routing(request, response),
    onUpgrade: (request, socket, head) => ws.upgrade(request, socket, head),
    onError: throttled(error => log.error(`A connection could not be accepted: ${error.message}.`)),
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
