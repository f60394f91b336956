import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { describe } from '@framewire/shared/client-message';
import type { AccessInfo, Share } from '@framewire/shared/access';
import type { Guard } from '../../access/guard.js';
import { includes } from '../../access/grants.js';
import { FramewireError } from '../../errors.js';
import type { Broadcaster } from '../../stream/broadcaster.js';
import { passOf } from './route-access.js';

const STREAM = { error: 'stream is a name of at most 64 characters' };
const HOURS = { error: 'hours is a number from 0.1 to 720' };

/** Behind the `?`: bodies are refused by their heads. */
const shareQuery = z.object({
  stream: z.string(STREAM).max(64, STREAM),
  /** 30 days at most: what was given away should not be forgotten. */
  hours: z.coerce.number(HOURS).min(0.1, HOURS).max(720, HOURS),
});

const HOUR_MS = 3_600_000;

/** Who the viewer is, and links that show one stream for some time. */
export function addShareRoutes(app: FastifyInstance, broadcaster: Broadcaster, guard: Guard): void {
  app.get('/api/access', { config: { access: 'view' } }, (request, reply) => {
    const { user, role, expiresAt } = passOf(request).grant;
    const info: AccessInfo = {
      guarded: guard.isGuarded,
      user,
      role,
      mayShare: guard.isGuarded && includes(role, 'control'),
      expires: expiresAt === Infinity ? null : new Date(expiresAt).toISOString(),
    };
    return reply.header('Cache-Control', 'no-store').send(info);
  });
  app.post('/api/shares', { config: { access: 'control' } }, (request, reply) => {
    const parsed = shareQuery.safeParse(request.query);
    if (!parsed.success) throw new FramewireError('bad-request', describe(parsed.error));
    const pass = passOf(request);
    const { name } = broadcaster.seenBy(pass.sees).stream(parsed.data.stream);
    const until = Math.min(Date.now() + parsed.data.hours * HOUR_MS, pass.grant.expiresAt);
    const expiresAt = Math.floor(until / 1000) * 1000;
    const token = guard.share(pass, name, expiresAt);
    if (token === undefined) {
      throw new FramewireError('bad-request', 'This server wants no token: its address is the link.');
    }
    const share: Share = { stream: name, token, expires: new Date(expiresAt).toISOString() };
    return reply.status(201).header('Cache-Control', 'no-store').send(share);
  });
}
