import type { FastifyInstance } from 'fastify';
import { FramewireError, isErrorCode } from '../../errors.js';
import type { Metrics } from '../../ops/metrics.js';
import type { Broadcaster } from '../../stream/broadcaster.js';
import { parseStreamName } from './media-query.js';

const FRESH = { 'Cache-Control': 'no-store' } as const;

/** What machines ask: whether the process answers, whether it can serve, and how much it does. */
export function addProbes(app: FastifyInstance, broadcaster: Broadcaster, metrics: Metrics): void {
  app.get('/healthz', (_request, reply) => reply.headers(FRESH).send({ status: 'ok' }));
  app.get('/readyz', (request, reply) => {
    const name = parseStreamName(request.query);
    const { info } = broadcaster.stream(name);
    // A lost camera is no reason to start the server again, so only those who name it are told.
    if (name !== undefined && info.source.state === 'lost') {
      const { code, reason } = info.source;
      throw new FramewireError(isErrorCode(code) ? code : 'no-frame', reason, 'It is being opened again and again.');
    }
    return reply.headers(FRESH).send({ status: 'ready' });
  });
  app.get('/metrics', async (_request, reply) =>
    reply
      .headers(FRESH)
      .type(metrics.contentType)
      .send(await metrics.text()),
  );
}
