import type { FastifyInstance } from 'fastify';
import type { Reloaded } from '../../reload.js';

/**
 * Reads the settings again, as SIGHUP does, for whoever may change them. The answer says what has changed; settings that are
 * wrong are refused with a line for each mistake.
 *
 * @param reload throws FramewireError for those.
 */
export function addReloadRoute(app: FastifyInstance, reload: () => Promise<Reloaded>): void {
  app.post('/api/reload', { config: { access: 'admin' } }, async (_request, reply) =>
    reply.header('Cache-Control', 'no-store').send(await reload()),
  );
}
