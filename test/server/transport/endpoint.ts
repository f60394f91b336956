import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { Access } from '../../../server/src/access/access.js';
import type { Realm } from '../../../server/src/access/authorize.js';
import { Guard } from '../../../server/src/access/guard.js';
import { createHttpServer } from '../../../server/src/transport/http/http-server.js';
import { listen, type Listeners } from '../../../server/src/transport/listen/listeners.js';
import { WsEndpoint } from '../../../server/src/transport/ws/ws.js';
import { Broadcaster } from '../../../server/src/stream/broadcaster.js';
import { CloseStack } from '../../../server/src/close-stack.js';
import { Audience } from '../../../server/src/ops/audience.js';
import { Metrics } from '../../../server/src/ops/metrics.js';
import { ViewerLog } from '../../../server/src/ops/viewer-log.js';
import { streamKit, type StreamKit } from '../fakes.js';

export interface Endpoint extends AsyncDisposable {
  kit: StreamKit;
  broadcaster: Broadcaster;
  guard: Guard;
  http: FastifyInstance;
  port: number;
  listeners: Listeners;
  /** What went wrong inside. */
  faults: readonly unknown[];
  /** What the operator was told. */
  told: readonly string[];
  close(): Promise<void>;
}

/** The real endpoints on 127.0.0.1, over one stream whose producer is the test. */
export async function openEndpoint(
  maxViewers = 100,
  allowedOrigins: readonly string[] = [],
  realm: Realm = { kind: 'open', role: 'admin' },
): Promise<Endpoint> {
  const kit = streamKit();
  const other = streamKit({ name: 'gate', id: 8 });
  // Most tests have one stream; who may see which takes two.
  const streams = realm.kind === 'guarded' ? [kit.stream, other.stream] : [kit.stream];
  const broadcaster = new Broadcaster(streams, maxViewers);
  const closing = new CloseStack();
  const told: string[] = [];
  const host = '127.0.0.1';
  const access = new Access({ host, allowedOrigins }, sentence => void told.push(sentence));
  const guard = new Guard(access);
  guard.realm = realm;
  const viewers = new ViewerLog(pino({ level: 'silent' }));
  closing.push(() => viewers.close());
  const metrics = new Metrics('test', {
    streams: () => [kit.stream],
    connections: () => ({ websocket: 0, http: 0 }),
    certificateExpiresAt: undefined,
  });
  const audience = new Audience(viewers, metrics);
  const settings = { server: 'framewire test', access, guard, audience, metrics, maxRenditions: 8, maxViewers };
  const faults: unknown[] = [];
  const reload = () => Promise.resolve({ changed: ['streams.yard'], nextStart: [] });
  const onError = (error: unknown) => void faults.push(error);
  const http = await createHttpServer(broadcaster, { ...settings, reload, onError });
  closing.push(() => http.close());
  await http.ready();
  const ws = new WsEndpoint(broadcaster, settings);
  const listeners = await listen({
    host,
    port: 0,
    maxConnections: 1000,
    onRefused: () => undefined,
    onRequest: (request, response) => http.routing(request, response),
    onUpgrade: (request, socket, head) => ws.upgrade(request, socket, head),
    onError,
  });
  closing.push(() => listeners.close());
  closing.push(() => kit.stream.close());
  closing.push(() => other.stream.close());
  closing.push(() => broadcaster.close());
  const port = Number(new URL(listeners.reach.local[0] ?? '').port);
  const close = () => closing.close();
  return { kit, broadcaster, guard, http, port, listeners, faults, told, close, [Symbol.asyncDispose]: close };
}
