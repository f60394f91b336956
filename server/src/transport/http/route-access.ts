import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { TOKEN_PARAMETER } from '../../access/credentials.js';
import type { Role } from '../../access/grants.js';
import type { Guard, Pass } from '../../access/guard.js';
import type { FramewireError } from '../../errors.js';
import { SIGN_IN_PAGE, type ClientFiles } from './client-files.js';
import { signInPage } from './dashboard-page.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may ask for this route. */
    access?: Role | 'public';
  }
}

/** What browsers' windows would ask for by themselves: pages of ours do that better. */
const CHALLENGE = 'Basic realm="Framewire", charset="UTF-8"';

const passes = new WeakMap<FastifyRequest, Pass>();

/**
 * Lets requests to routes in by the rule that each has. A route without one cannot be added, and of what there is no route for
 * nobody hears without a token.
 */
export function guardRoutes(app: FastifyInstance, guard: Guard): void {
  app.addHook('onRoute', ({ url, config }) => {
    if (config?.access === undefined) throw new Error(`The route ${url} does not say who may ask for it.`);
  });
  app.addHook('onRequest', async (request, reply) => {
    const rule = request.is404 ? 'view' : (request.routeOptions.config.access ?? 'admin');
    if (rule === 'public') return;
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    passes.set(request, isRead ? guard.admit(request.raw, rule) : guard.admitPage(request.raw, rule));
    if (isVisit(request)) return signIn(request, reply, guard);
    const renewed = guard.renewedCookie(request.raw);
    if (renewed !== undefined) reply.header('Set-Cookie', renewed);
    return undefined;
  });
}

/** What a request to a route that is not public may do. */
export function passOf(request: FastifyRequest): Pass {
  const pass = passes.get(request);
  if (pass === undefined) throw new Error(`Nobody asked for a pass for ${request.routeOptions.url}.`);
  return pass;
}

/** Asks for a token, in the way that this client knows. @returns undefined where a sentence in JSON will do. */
export function askForToken(
  request: FastifyRequest,
  reply: FastifyReply,
  error: FramewireError,
  files: ClientFiles,
): FastifyReply | undefined {
  if (!isNavigation(request)) {
    // ffmpeg and OpenCV send `user:password@` only when they are asked for it. A browser would open a window of its own.
    if (!(request.headers['user-agent'] ?? '').startsWith('Mozilla/')) reply.header('WWW-Authenticate', CHALLENGE);
    return undefined;
  }
  const sentence = error.code === 'token-missing' ? '' : `${error.message} ${error.hint}`.trim();
  const query = queryWithoutToken(request.url);
  if (error.retryAfterS !== undefined) reply.header('Retry-After', error.retryAfterS);
  return reply
    .status(error.status)
    .header('Cache-Control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(signInPage(files.page(SIGN_IN_PAGE), { sentence, query }));
}

/**
 * The first visit: the browser remembers the token, and asks again for the same without it, so that it stands neither in the
 * address bar nor in what Back leads to. Relative, since a proxy may serve this under any path.
 */
function signIn(request: FastifyRequest, reply: FastifyReply, guard: Guard): FastifyReply {
  const cookie = guard.cookieAfter(request.raw);
  if (cookie !== undefined) reply.header('Set-Cookie', cookie);
  const query = queryWithoutToken(request.url).toString();
  const [path = ''] = request.url.split('?');
  const here = `./${path.slice(path.lastIndexOf('/') + 1)}`;
  return reply.header('Cache-Control', 'no-store').redirect(query === '' ? here : `${here}?${query}`, 303);
}

/** A person who has opened an address with a token in it. */
function isVisit(request: FastifyRequest): boolean {
  return isNavigation(request) && new URLSearchParams(request.url.split('?')[1] ?? '').has(TOKEN_PARAMETER);
}

/** A page is wanted, at a path from where the files of the sign-in page are found. */
function isNavigation({ method, url, headers }: FastifyRequest): boolean {
  const isFlat = /^\/[^/?]*(\?|$)/.test(url);
  return method === 'GET' && isFlat && /\btext\/html\b/i.test(headers.accept ?? '');
}

function queryWithoutToken(url: string): URLSearchParams {
  const query = new URLSearchParams(url.split('?')[1] ?? '');
  query.delete(TOKEN_PARAMETER);
  return query;
}
