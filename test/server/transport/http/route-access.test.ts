import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseStreamList } from '@framewire/shared/control';
import { parseAccessInfo, parseShare } from '@framewire/shared/access';
import { guarded, linkTo, PEOPLE, tokenOf } from '../../access/people.js';
import { openEndpoint, type Endpoint } from '../endpoint.js';

type Rule = 'public' | 'view' | 'view of all' | 'control' | 'admin';

/** Every route, and who may ask for it: a route without a row here fails. */
const ROUTES: [method: string, path: string, rule: Rule, stream?: 'of a stream'][] = [
  ['GET', '/', 'view'],
  ['GET', '/video_feed', 'view', 'of a stream'],
  ['GET', '/snapshot.jpg', 'view', 'of a stream'],
  ['GET', '/snapshot.png', 'view', 'of a stream'],
  ['GET', '/snapshot.webp', 'view', 'of a stream'],
  ['GET', '/api/streams', 'view'],
  ['GET', '/api/access', 'view'],
  ['POST', '/api/shares', 'control', 'of a stream'],
  ['POST', '/api/reload', 'admin'],
  ['GET', '/ws', 'public'],
  ['GET', '/healthz', 'public'],
  ['GET', '/readyz', 'public'],
  ['GET', '/metrics', 'view of all'],
];

/** Files, the same for everybody. */
const FILES = /^\/(framewire\.js|client\.tgz|index\.html|sign-in\.html|assets\/[^/]+)$/;

const ALLOWED: Record<Exclude<Rule, 'public'>, string[]> = {
  view: ['owner', 'operator', 'viewer', 'neighbour'],
  'view of all': ['owner'],
  control: ['owner', 'operator'],
  admin: ['owner'],
};

/** What each gets, by the table. */
function statusesOf(rule: Rule, path: string, isOfStream: boolean): Record<string, number> {
  const good = path === '/ws' ? 426 : path === '/api/shares' ? 201 : 200;
  const statusOf = (name: string) => {
    if (rule !== 'public' && !ALLOWED[rule].includes(name)) return 403;
    // It has a stream of its own, and not this one.
    return isOfStream && name === 'neighbour' ? 404 : good;
  };
  const others = PEOPLE.map(({ name }): [string, number] => [name, statusOf(name)]);
  return { nobody: rule === 'public' ? good : 401, ...Object.fromEntries(others) };
}

let endpoint: Endpoint;

beforeAll(async () => {
  endpoint = await openEndpoint(100, [], guarded());
  endpoint.kit.producer.live();
});
afterAll(() => endpoint.close());

/** Refusals are told at once; pictures need not come for a request to be let in. */
async function ask(method: string, path: string, headers: Record<string, string> = {}) {
  const gone = new AbortController();
  const answer = fetch(`http://127.0.0.1:${endpoint.port}${path}`, {
    method,
    headers,
    redirect: 'manual',
    signal: gone.signal,
  });
  // A snapshot that is let in waits for its picture.
  const waits = path.startsWith('/snapshot') ? setTimeout(() => gone.abort(), 300) : undefined;
  try {
    const response = await answer;
    const isEndless = response.headers.get('content-type')?.startsWith('multipart') === true;
    const text = isEndless ? '' : await response.text();
    return { status: response.status, text, headers: response.headers };
  } catch {
    return { status: 200, text: '', headers: new Headers() };
  } finally {
    clearTimeout(waits);
    gone.abort();
  }
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

/** The paths of Fastify's tree of routes, in which each level is four characters farther in. */
function pathsIn(tree: string): string[] {
  const folders: string[] = [];
  return tree.split('\n').flatMap(line => {
    const [, indent, part = '', methods] = /^(.*)── (\S+)(?: \((.*)\))?$/.exec(line) ?? [];
    if (indent === undefined) return [];
    folders.length = (indent.length - 1) / 4;
    folders.push(part);
    return methods === undefined ? [] : [folders.join('').replace('//', '/')];
  });
}

describe('routes', () => {
  it('are all in the table', () => {
    const known = pathsIn(endpoint.http.printRoutes({ commonPrefix: false }));
    const paths = known.filter(path => !FILES.test(path)).sort();
    expect(paths).toEqual(ROUTES.map(([, path]) => path).sort());
  });

  it('cannot be added without saying who may ask for them', async () => {
    const late = await openEndpoint();
    await late.close();
    const { guardRoutes } = await import('../../../../server/src/transport/http/route-access.js');
    const { default: Fastify } = await import('fastify');
    const app = Fastify();
    guardRoutes(app, late.guard);
    expect(() => app.get('/new', () => 'x')).toThrow('The route /new does not say who may ask for it.');
  });

  it.each(ROUTES)('%s %s: %s', async (method, path, rule, ofStream) => {
    const url = ofStream === undefined ? path : `${path}?stream=yard&hours=1`;
    const statuses = async (one: string) => {
      const stranger = await ask(one, url);
      const others = await Promise.all(
        PEOPLE.map(async ({ name }): Promise<[string, number]> => [
          name,
          (await ask(one, url, bearer(tokenOf(name)))).status,
        ]),
      );
      return { nobody: stranger.status, ...Object.fromEntries(others) };
    };
    for (const one of method === 'GET' ? ['GET', 'HEAD'] : [method]) {
      expect({ [one]: await statuses(one) }).toEqual({ [one]: statusesOf(rule, path, ofStream !== undefined) });
    }
  });

  it('that there are not, and other methods, tell a stranger nothing', async () => {
    for (const path of ['/nothing', '/api', '/%00', '/framewire.js/', '/assets/', '/healthz/x', '/WS']) {
      const [stranger, viewer] = [await ask('GET', path), await ask('GET', path, bearer(tokenOf('viewer')))];
      expect([path, stranger.status, viewer.status]).toEqual([path, 401, 404]);
    }
    expect((await ask('OPTIONS', '/')).status).toBe(405);
    expect((await ask('DELETE', '/api/shares')).status).toBe(405);
    expect((await ask('GET', '/api/shares', bearer(tokenOf('owner')))).status).toBe(404);
  });
});

describe('a stream that is not granted does not exist', () => {
  const unknown = { code: 'unknown-stream', hint: 'There are: yard.' };

  it.each(['/video_feed?stream=NAME', '/snapshot.jpg?stream=NAME', '/?action=stream&stream=NAME'])('%s', async path => {
    const answers = await Promise.all(
      ['gate', 'barn'].map(async name => {
        const { status, text } = await ask('GET', path.replace('NAME', name), bearer(tokenOf('viewer')));
        expect(status).toBe(404);
        expect(JSON.parse(text)).toMatchObject({ ...unknown, message: `There is no stream "${name}".` });
        return text.replaceAll(name, '');
      }),
    );
    // Nothing tells the two apart.
    expect(answers[0]).toBe(answers[1]);
  });

  it('to ask how its camera does', async () => {
    expect((await ask('GET', '/readyz?stream=gate')).status).toBe(401);
    expect((await ask('GET', '/readyz?stream=gate', bearer(tokenOf('viewer')))).status).toBe(404);
    expect((await ask('GET', '/readyz?stream=gate', bearer(tokenOf('neighbour')))).status).toBe(200);
  });

  it('to share', async () => {
    for (const stream of ['gate', 'barn']) {
      const { status, text } = await ask('POST', `/api/shares?stream=${stream}&hours=1`, bearer(tokenOf('operator')));
      expect([status, JSON.parse(text)]).toEqual([404, expect.objectContaining(unknown)]);
    }
  });

  it('in any list, nor is it counted', async () => {
    for (const [name, names] of [
      ['viewer', ['yard']],
      ['neighbour', ['gate']],
      ['owner', ['yard', 'gate']],
    ] as const) {
      const list = parseStreamList((await ask('GET', '/api/streams', bearer(tokenOf(name)))).text);
      expect(list.ok && list.message.streams.map(stream => stream.name)).toEqual(names);
      const page = await ask('GET', '/', bearer(tokenOf(name)));
      for (const stream of ['yard', 'gate']) {
        expect(page.text.includes(`"name":"${stream}"`)).toBe(names.some(one => one === stream));
      }
    }
    // Neither the first nor by its number.
    expect((await ask('GET', '/video_feed', bearer(tokenOf('neighbour')))).status).toBe(200);
    expect((await ask('GET', '/?action=stream_1', bearer(tokenOf('neighbour')))).status).toBe(404);
  });
});

describe('a token over HTTP', () => {
  const T = tokenOf('viewer');

  it.each([
    ['in the address', `/api/streams?token=${T}`, {}],
    ['as a password', '/api/streams', { Authorization: `Basic ${Buffer.from(`any:${T}`).toString('base64')}` }],
    ['as a link', `/api/streams?token=${linkTo('yard')}`, {}],
  ])('%s lets in', async (_, path, headers) => {
    expect((await ask('GET', path, headers)).status).toBe(200);
  });

  it.each([
    ['none', '/api/streams', 401, 'token-missing'],
    ['a wrong one', '/api/streams?token=fw_wrong', 401, 'token-wrong'],
    ['a link that has ended', `/api/streams?token=${linkTo('yard', -1000)}`, 401, 'token-expired'],
    ['two of them', `/api/streams?token=${T}&token=${T}`, 400, 'bad-request'],
    ['a role that does not reach', `/api/streams?token=${tokenOf('publisher')}`, 403, 'role-missing'],
  ])('%s is refused with a sentence, and no flag of a command line', async (_, path, status, code) => {
    const answer = await ask('GET', path);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([status, expect.objectContaining({ code })]);
    expect(answer.text).not.toMatch(/--|npm/);
    // Programs that wait to be asked are; a browser would open a window of its own.
    expect(answer.headers.has('www-authenticate')).toBe(status === 401);
    const browser = await ask('GET', path, { 'User-Agent': 'Mozilla/5.0 (X11)' });
    expect([browser.status, browser.headers.has('www-authenticate')]).toEqual([status, false]);
  });

  it('may be read on pages of other sites by who has sent it', async () => {
    const origin = 'https://elsewhere.example';
    const own = await ask('GET', `/api/streams?token=${T}`, { Origin: origin });
    expect(own.headers.get('access-control-allow-origin')).toBe(origin);
    const cookie = await cookieFor(T);
    const ambient = await ask('GET', '/api/streams', { Origin: origin, Cookie: cookie });
    expect([ambient.status, ambient.headers.get('access-control-allow-origin')]).toEqual([200, null]);
  });

  async function cookieFor(token: string): Promise<string> {
    const { headers } = await ask('GET', `/?token=${token}`, { Accept: 'text/html' });
    return headers.get('set-cookie')?.split(';')[0] ?? '';
  }

  it('in a first visit becomes a cookie, and leaves the address', async () => {
    const visit = await ask('GET', `/?token=${T}&x=1`, { Accept: 'text/html,*/*' });
    expect([visit.status, visit.headers.get('location')]).toEqual([303, './?x=1']);
    const cookie = visit.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(
      new RegExp(`^fw_${endpoint.port}=[\\w.-]+; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax$`),
    );
    expect(cookie).not.toContain(T);
    expect((await ask('GET', '/', { Cookie: cookie.split(';')[0] ?? '' })).status).toBe(200);
    // The way back is a part of the address that was asked for, never of what it says.
    const elsewhere = await ask('GET', `/video_feed?token=${T}&stream=//evil.example`, { Accept: 'text/html' });
    expect(elsewhere.headers.get('location')).toBe('./video_feed?stream=%2F%2Fevil.example');
    expect((await ask('GET', `//evil.example?token=${T}`, { Accept: 'text/html' })).status).toBe(404);
  });

  it('of programs is answered at once: they keep no cookies', async () => {
    const answer = await ask('GET', `/?token=${T}`, { Accept: '*/*' });
    expect([answer.status, answer.headers.has('set-cookie')]).toEqual([200, false]);
  });

  it('is asked for on a page, which keeps the rest of the address and says what was wrong', async () => {
    const page = await ask('GET', '/video_feed?stream=yard&token=fw_%22%3Cb%3E', { Accept: 'text/html' });
    expect(page.status).toBe(401);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.text).toContain('<form method="get">');
    expect(page.text).toContain('<input type="hidden" name="stream" value="yard" />');
    expect(page.text).toContain('This token is not known here.');
    expect(page.text).not.toContain('<b>');
  });

  it('goes on through a tossed cookie of the same name', async () => {
    const cookie = await cookieFor(T);
    const name = cookie.split('=')[0] ?? '';
    expect((await ask('GET', '/', { Cookie: `${name}=theirs; ${cookie}; ${name}=` })).status).toBe(200);
  });

  it('of an owner stays when they try a link of theirs', async () => {
    const cookie = await cookieFor(tokenOf('owner'));
    const visit = await ask('GET', `/?token=${linkTo('yard')}`, { Accept: 'text/html', Cookie: cookie });
    expect([visit.status, visit.headers.has('set-cookie')]).toEqual([303, false]);
  });
});

describe('who am I', () => {
  it.each([
    ['owner', { guarded: true, user: 'owner', role: 'admin', mayShare: true, expires: null }],
    ['viewer', { guarded: true, user: 'viewer', role: 'view', mayShare: false, expires: null }],
  ])('%s', async (name, info) => {
    const parsed = parseAccessInfo((await ask('GET', '/api/access', bearer(tokenOf(name)))).text);
    expect(parsed).toEqual({ ok: true, message: info });
  });
});

describe('sharing', () => {
  const share = (query: string, headers: Record<string, string> = bearer(tokenOf('operator'))) =>
    ask('POST', `/api/shares?${query}`, headers);

  it('gives a token for that stream and time alone', async () => {
    const parsed = parseShare((await share('stream=yard&hours=2')).text);
    if (!parsed.ok) throw new Error(parsed.reason);
    const { token, expires } = parsed.message;
    expect(Date.parse(expires) - Date.now()).toBeGreaterThan(7_100_000);
    expect(Date.parse(expires) - Date.now()).toBeLessThanOrEqual(7_200_000);
    const info = parseAccessInfo((await ask('GET', `/api/access?token=${token}`)).text);
    expect(info).toEqual({
      ok: true,
      message: { guarded: true, user: 'a link', role: 'view', mayShare: false, expires },
    });
  });

  it.each([
    '',
    'stream=yard',
    'hours=1',
    'stream=yard&hours=721',
    'stream=yard&hours=',
    'stream=yard&stream=gate&hours=1',
  ])('of "%s" is refused', async query => {
    expect((await share(query)).status).toBe(400);
  });

  it('is not to be had by a page of another site, by what its browser sends', async () => {
    const { headers } = await ask('GET', `/?token=${tokenOf('owner')}`, { Accept: 'text/html' });
    const Cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
    const body = 'stream=yard&hours=1';
    const own = `http://127.0.0.1:${endpoint.port}`;
    expect((await share(body, { Cookie, Origin: own })).status).toBe(201);
    for (const Origin of ['https://elsewhere.example', 'http://127.0.0.1:1', 'null']) {
      expect((await share(body, { Cookie, Origin })).status).toBe(403);
    }
  });
});

it('settings are read again for an admin, who is told what has changed, and not for a page of another site', async () => {
  const answer = await ask('POST', '/api/reload', bearer(tokenOf('owner')));
  expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { changed: ['streams.yard'], nextStart: [] }]);
  const { headers } = await ask('GET', `/?token=${tokenOf('owner')}`, { Accept: 'text/html' });
  const Cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
  const foreign = await ask('POST', '/api/reload', { Cookie, Origin: 'https://elsewhere.example' });
  expect([foreign.status, JSON.parse(foreign.text)]).toMatchObject([403, { code: 'origin-refused' }]);
});

it('slows down who guesses, and nobody else: a right token passes all the same', async () => {
  await using other = await openEndpoint(100, [], guarded());
  const guess = (token: string) => fetch(`http://127.0.0.1:${other.port}/api/streams?token=${token}`);
  const statuses: number[] = [];
  for (let i = 0; i < 12; i += 1) statuses.push((await guess(`fw_${i}`)).status);
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
  const waits = await guess('fw_x');
  expect(waits.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  expect(await waits.json()).toMatchObject({ code: 'too-many-tries' });
  expect((await guess(tokenOf('viewer'))).status).toBe(200);
  // Without any, nothing is guessed.
  expect((await fetch(`http://127.0.0.1:${other.port}/api/streams`)).status).toBe(401);
});
