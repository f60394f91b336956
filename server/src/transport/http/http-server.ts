import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { STALL_TIMEOUT_MS } from '@framewire/shared/protocol';
import type { StreamList } from '@framewire/shared/control';
import helmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Broadcaster } from '../../stream/broadcaster.js';
import { DEFAULT_VIEWER_REQUEST, type ViewerRequest } from '../../viewer/viewer.js';
import { FramewireError, messageOf, type ErrorCode } from '../../errors.js';
import { monotonicMs } from '../../time/monotonic.js';
import type { Access } from '../../access/access.js';
import { clientAddress } from '../../access/client-address.js';
import type { Guard } from '../../access/guard.js';
import type { Audience } from '../../ops/audience.js';
import type { Metrics } from '../../ops/metrics.js';
import type { Reloaded } from '../../reload.js';
import type { Certificates } from '../../tls/certificates.js';
import { ClientFiles } from './client-files.js';
import { isBrowser } from './browser.js';
import { parseAction, parseMediaQuery, parseSocketQuery } from './media-query.js';
import { MjpegViewer } from './mjpeg.js';
import { addProbes } from './probes.js';
import { askForToken, guardRoutes, passOf } from './route-access.js';
import { addReloadRoute } from './reload-route.js';
import { addShareRoutes } from './share-routes.js';
import { addTrustRoutes } from './trust-routes.js';
import { SNAPSHOT_FORMATS, Snapshots, type SnapshotFormat } from './snapshot.js';

const MEDIA_TYPES = { jpg: 'image/jpeg', png: 'image/png', webp: 'image/webp' } as const;

/** A live picture is small, a snapshot is to be kept: quality 90 unless asked otherwise. */
const SNAPSHOT_REQUEST = { ...DEFAULT_VIEWER_REQUEST, quality: 90 } as const;

/** What passes by itself, and how soon it is worth another try, s. */
const RETRY_AFTER_S: Partial<Record<ErrorCode, number>> = {
  'too-many-viewers': 10,
  'too-many-connections': 10,
  'too-many-snapshots': 1,
  'server-stopping': 5,
};

export interface HttpOptions {
  access: Access;
  guard: Guard;
  audience: Audience;
  metrics: Metrics;
  /** Undefined without TLS. */
  certificates?: Certificates | undefined;
  /** For people: `framewire 0.1.0`. */
  server: string;
  /** Of one stream at the same time. */
  maxRenditions: number;
  /** Reads the settings again. @throws FramewireError when they are wrong. */
  reload: () => Promise<Reloaded>;
  onError: (error: unknown) => void;
}

/** Everything that is plain HTTP: the dashboard, the multipart fallback, snapshots, the list of streams. */
export async function createHttpServer(broadcaster: Broadcaster, options: HttpOptions): Promise<FastifyInstance> {
  const { access, guard } = options;
  const files = new ClientFiles(options.certificates?.authority !== undefined);
  const app = Fastify({
    frameworkErrors: (_error, _request, reply) => {
      refuse(reply, new FramewireError('bad-request', 'This URL cannot be read.'), options.onError);
    },
  });
  await app.register(helmet, securityHeaders(access.frameAncestors));
  app.addHook('onRequest', (request, _reply, done) => done(guard.refusedBeforehand(request.raw)));
  app.addHook('onRequest', (request, reply, done) => {
    // What is sent to a route that takes it is found.
    const refusal = request.is404 ? refusedMethod(request.raw) : undefined;
    if (refusal !== undefined) reply.header('Allow', 'GET, HEAD');
    done(refusal);
  });
  guardRoutes(app, guard);
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof FramewireError) options.audience.refused(error, clientAddress(request.raw));
    const wantsToken = error instanceof FramewireError && (error.status === 401 || error.code === 'too-many-tries');
    const asked = wantsToken ? askForToken(request, reply, error, files) : undefined;
    return asked ?? refuse(reply, error, options.onError);
  });
  app.setNotFoundHandler((_request, reply) => refuse(reply, nothingThere(), options.onError));

  const view = { config: { access: 'view' } } as const;
  const everybody = { config: { access: 'public' } } as const;
  const { videoFeed, snapshot } = pictureHandlers(broadcaster, options);
  app.get('/video_feed', view, (request, reply) => videoFeed(request, reply));
  for (const format of SNAPSHOT_FORMATS) {
    app.get(`/snapshot.${format}`, view, (request, reply) => snapshot(request, reply, format));
  }
  const listFor = (request: FastifyRequest): StreamList => {
    const { streams } = broadcaster.seenBy(passOf(request).sees);
    return { server: options.server, streams };
  };
  app.get('/api/streams', view, (request, reply) => {
    access.letRead(request.raw, reply.raw, guard.hasExplicitToken(request.raw));
    return reply.header('Cache-Control', 'no-store').send(listFor(request));
  });
  app.get('/ws', everybody, (request, reply) => {
    // To all pages: it says why they may not watch, and nothing else.
    reply.header('Access-Control-Allow-Origin', '*');
    const { origin } = parseSocketQuery(request.query);
    throw access.refusedBefore(request.raw, origin) ?? upgradeRequired();
  });
  addProbes(app, broadcaster, options);
  addShareRoutes(app, broadcaster, guard);
  addReloadRoute(app, options.reload);
  if (options.certificates !== undefined) addTrustRoutes(app, options.certificates);
  addFileRoutes(app, files);
  app.get('/', view, (request, reply) => {
    const action = parseAction(request.query);
    if (action?.wanted === 'stream') return videoFeed(request, reply, action.index);
    if (action?.wanted === 'snapshot') return snapshot(request, reply, 'jpg', action.index);
    return files.sendPage(reply, listFor(request));
  });
  return app;
}

/** The same for everybody, as they are in the package; what they show is asked for by them. */
function addFileRoutes(app: FastifyInstance, files: ClientFiles): void {
  for (const path of files.paths) {
    app.get(path, { config: { access: 'public' } }, (request, reply) => {
      // Pages of other hosts load it as a module, which browsers allow only so; there is nothing secret in it.
      if (path === '/framewire.js') reply.header('Access-Control-Allow-Origin', '*');
      return files.send(request, reply, path);
    });
  }
}

function securityHeaders(frameAncestors: string[] | undefined): FastifyHelmetOptions {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        // The decoder of <framewire-view> is a worker made from a blob, so that it runs on pages of other hosts too.
        workerSrc: ["'self'", 'blob:'],
        imgSrc: ["'self'", 'blob:', 'data:'],
        connectSrc: ["'self'", 'ws:', 'wss:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        ...(frameAncestors && { frameAncestors }),
      },
    },
    // Says the same to browsers of old, but knows no names of sites.
    xFrameOptions: frameAncestors?.length === 1 ? { action: 'sameorigin' } : false,
    // With a self-made certificate it would forbid for good what is accepted by hand; with another, its owner decides.
    strictTransportSecurity: false,
    // Pictures are made to be embedded: <img src="http://robot:8080/video_feed"> on any page.
    crossOriginResourcePolicy: { policy: 'cross-origin' },
  };
}

function pictureHandlers(broadcaster: Broadcaster, { access, guard, audience, maxRenditions }: HttpOptions) {
  const asked = (request: FastifyRequest, reply: FastifyReply, index?: number, base?: ViewerRequest) => {
    access.letRead(request.raw, reply.raw, guard.hasExplicitToken(request.raw));
    const query = parseMediaQuery(request.query, base);
    const pass = passOf(request);
    const streams = broadcaster.seenBy(pass.sees);
    const stream = index === undefined ? streams.stream(query.stream) : streams.streamAt(index);
    const visitor = { address: clientAddress(request.raw), user: pass.grant.user };
    return { stream, wishes: query.request, pass, visitor };
  };
  const videoFeed = (request: FastifyRequest, reply: FastifyReply, index?: number) => {
    const size = isBrowser(request.headers) ? 'auto' : 'fixed';
    const { stream, wishes, pass, visitor } = asked(request, reply, index, { ...DEFAULT_VIEWER_REQUEST, size });
    const attendance = audience.enter(visitor, 'mjpeg');
    MjpegViewer.serve(reply.raw, socketOf(reply), { broadcaster, attendance }, { stream, request: wishes });
    // The end of the answer is all that it can be told: whoever asks again reads why.
    const kept = guard.keep(
      pass,
      () => stream.name,
      () => reply.raw.destroy(),
    );
    reply.raw.once('close', () => kept[Symbol.dispose]());
    return reply.hijack();
  };
  const snapshots = new Snapshots(broadcaster, maxRenditions);
  const snapshot = async (request: FastifyRequest, reply: FastifyReply, format: SnapshotFormat, index?: number) => {
    const { stream, wishes, visitor } = asked(request, reply, index, SNAPSHOT_REQUEST);
    socketOf(reply);
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const frame = await snapshots.take(stream, wishes, gone.signal);
    const picture = await snapshots.picture(frame, format);
    audience.tookSnapshot(stream.name, visitor, picture.length);
    // Who takes nothing of its picture would keep its place among the viewers.
    reply.raw.setTimeout(STALL_TIMEOUT_MS);
    const takenAt = new Date(Date.now() - (monotonicMs() - frame.header.capturedAt)).toISOString();
    return reply
      .type(MEDIA_TYPES[format])
      .header('Cache-Control', 'no-store')
      .header('X-Captured-At', takenAt)
      .send(picture);
  };
  return { videoFeed, snapshot };
}

/** Before the body is read: there is none that anybody here would take. */
export function refusedMethod({ method = '' }: IncomingMessage): FramewireError | undefined {
  if (method === 'GET' || method === 'HEAD') return undefined;
  const message = `${method} is not supported here.`;
  return new FramewireError('method-not-allowed', message, 'Ask with GET; viewers are controlled over /ws.');
}

/** @throws FramewireError no-frame when the connection has ended already: nobody would say so again. */
function socketOf({ raw: { socket } }: FastifyReply): Socket {
  if (socket !== null && !socket.destroyed) return socket;
  throw new FramewireError('no-frame', 'Nobody waits for this picture any more.');
}

function refuse(reply: FastifyReply, thrown: unknown, onError: (error: unknown) => void): FastifyReply {
  if (thrown instanceof FramewireError) {
    const { code, message, hint } = thrown;
    const retryAfterS = thrown.retryAfterS ?? RETRY_AFTER_S[code];
    if (retryAfterS !== undefined) reply.header('Retry-After', retryAfterS);
    if (code === 'upgrade-required') reply.header('Upgrade', 'websocket').header('Connection', 'Upgrade');
    return reply.status(thrown.status).send({ code, message, hint });
  }
  const status = statusOf(thrown);
  // Whoever hangs up in the middle of an answer is no fault of the server.
  if (reply.raw.destroyed || reply.raw.socket?.destroyed === true) return reply;
  if (status >= 500) {
    // What went wrong inside is for the log, not for strangers.
    onError(thrown);
    return refuse(reply, new FramewireError('internal-error', 'The server failed at this request.'), onError);
  }
  if (status === 404) return refuse(reply, nothingThere(), onError);
  const message = `This request cannot be answered: ${messageOf(thrown)}.`;
  return reply.status(status).send({ code: 'bad-request', message, hint: '' });
}

/** `/ws` by plain HTTP, which is also how a page finds out why its WebSocket does not open. */
function upgradeRequired(): FramewireError {
  const message = 'A live connection is a WebSocket, and no request to upgrade to one has arrived here.';
  const hint = 'A proxy in front of this server must pass on the headers Upgrade, Connection and Host.';
  return new FramewireError('upgrade-required', message, hint);
}

function nothingThere(): FramewireError {
  const hint = 'There are /, /ws, /video_feed, /snapshot.jpg, /api/streams, /metrics, /healthz and /readyz.';
  return new FramewireError('not-found', 'Nothing is served there.', hint);
}

/** Fastify's own errors carry a status. */
function statusOf(thrown: unknown): number {
  if (typeof thrown !== 'object' || thrown === null || !('statusCode' in thrown)) return 500;
  return typeof thrown.statusCode === 'number' ? thrown.statusCode : 500;
}
