import type { FastifyInstance } from 'fastify';
import type { Guard } from '../../access/guard.js';
import { FramewireError, isErrorCode } from '../../errors.js';
import type { Metrics } from '../../ops/metrics.js';
import type { Broadcaster } from '../../stream/broadcaster.js';
import { parseStreamName } from './media-query.js';
import { passOf } from './route-access.js';

const FRESH = { 'Cache-Control': 'no-store' } as const;

const EVERYBODY = { config: { access: 'public' } } as const;

/** What machines ask: whether the process answers, whether it can serve, and how much it does. */
export function addProbes(
  app: FastifyInstance,
  broadcaster: Broadcaster,
  { guard, metrics }: { guard: Guard; metrics: Metrics },
): void {
  const all = broadcaster.seenBy(() => true);
  app.get('/healthz', EVERYBODY, (_request, reply) => reply.headers(FRESH).send({ status: 'ok' }));
  app.get('/readyz', EVERYBODY, (request, reply) => {
    const name = parseStreamName(request.query);
    // How a camera does is for those who may watch it.
    const { sees } = name === undefined ? { sees: () => true } : guard.admit(request.raw, 'view');
    const { info } = broadcaster.seenBy(sees).stream(name);
    // A lost camera is no reason to start the server again, so only those who name it are told.
    if (name !== undefined && info.source.state === 'lost') {
      const { code, reason } = info.source;
      throw new FramewireError(isErrorCode(code) ? code : 'no-frame', reason, 'It is being opened again and again.');
    }
    return reply.headers(FRESH).send({ status: 'ready' });
  });
  app.get('/metrics', { config: { access: 'view' } }, async (request, reply) => {
    const { sees } = passOf(request);
    // They name all streams.
    if (!all.streams.every(({ name }) => sees(name))) {
      const message = 'This needs a token for all streams.';
      throw new FramewireError('role-missing', message, 'Ask whoever runs this server for another token.');
    }
    return reply
      .headers(FRESH)
      .type(metrics.contentType)
      .send(await metrics.text());
  });
}
