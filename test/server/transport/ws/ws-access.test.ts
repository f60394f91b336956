import * as CLOSE_CODES from '@framewire/shared/close-codes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../support/eventually.js';
import { guarded, linkTo, PEOPLE, tokenOf } from '../../access/people.js';
import { openEndpoint, type Endpoint } from '../endpoint.js';
import { WsClient } from '../ws-client.js';

const T = tokenOf('viewer');
const OWN = ['framewire.v1'];
const ELSEWHERE = { Origin: 'https://elsewhere.example' };

let endpoint: Endpoint;

beforeAll(async () => {
  endpoint = await openEndpoint(100, [], guarded());
});
afterAll(() => endpoint.close());

describe('a token over WebSocket', () => {
  it.each([
    ['in the address', { query: `?token=${T}` }],
    ['in Authorization', { headers: { Authorization: `Bearer ${T}` } }],
    ['in a subprotocol, on a page of any site', { protocols: [...OWN, `framewire.token.${T}`], headers: ELSEWHERE }],
    ['in the address, on a page of any site', { query: `?token=${T}`, protocols: OWN, headers: ELSEWHERE }],
    ['as a link', { query: `?token=${linkTo('yard')}` }],
  ])('%s lets in, and the server names no token', async (_, how) => {
    using client = await WsClient.open(endpoint.port, how);
    expect(await client.hears('welcome')).toMatchObject({ streams: [{ name: 'yard' }] });
    expect(['', 'framewire.v1']).toContain(client.protocol);
  });

  it('in hello lets in: welcome comes after it', async () => {
    using client = await WsClient.open(endpoint.port);
    client.say({ type: 'hello', protocol: 1, token: T });
    expect(await client.hears('welcome')).toMatchObject({ streams: [{ name: 'yard' }] });
    client.say({ type: 'subscribe' });
    expect(await client.hears('"type":"source"')).toMatchObject({ stream: 'yard' });
    // It is looked at as every other.
    using old = await WsClient.open(endpoint.port);
    old.say({ type: 'hello', protocol: 2, token: T });
    await old.hears('protocol-version');
  });

  it.each([
    ['no token', { type: 'hello', protocol: 1 }, 'token-missing'],
    ['a subscription in its place', { type: 'subscribe' }, 'token-missing'],
    ['a wrong one', { type: 'hello', protocol: 1, token: 'fw_wrong' }, 'token-wrong'],
    ['a link that has ended', { type: 'hello', protocol: 1, token: linkTo('yard', -1000) }, 'token-expired'],
    ['no JSON', 'hello', 'token-missing'],
    ['no text', new Uint8Array([1]), 'token-missing'],
  ])('hello with %s is refused in words, and closed with 4401', async (_, hello, code) => {
    using client = await WsClient.open(endpoint.port);
    client.say(hello);
    expect(await client.hears('error')).toMatchObject({ type: 'error', code });
    expect(await client.closed()).toBe(CLOSE_CODES.unauthorized);
    expect(client.closeReason).toMatch(/^This .+\./);
    expect(client.texts.join('')).not.toMatch(/yard|gate/);
  });

  it('that is not said within 5 s is not waited for', { timeout: 20_000 }, async () => {
    using client = await WsClient.open(endpoint.port);
    expect(await client.hears('error')).toMatchObject({ code: 'token-missing' });
    expect(await client.closed()).toBe(CLOSE_CODES.unauthorized);
  });

  it('that is wrong is refused by a status where no page asks, and in words where one does', async () => {
    for (const query of ['?token=fw_wrong', `?token=${linkTo('yard', -1000)}`]) {
      using program = await WsClient.open(endpoint.port, { query });
      expect(program.status).toBe(401);
      using page = await WsClient.open(endpoint.port, { query, protocols: OWN, headers: ELSEWHERE });
      await page.hears('"code":"token-');
      expect(await page.closed()).toBe(CLOSE_CODES.unauthorized);
    }
    const role = { query: `?token=${tokenOf('publisher')}`, protocols: OWN, headers: ELSEWHERE };
    using publisher = await WsClient.open(endpoint.port, role);
    await publisher.hears('"code":"role-missing"');
    expect(await publisher.closed()).toBe(CLOSE_CODES.forbidden);
  });

  it('counts before a cookie', async () => {
    const Cookie = await cookieFor('viewer');
    using client = await WsClient.open(endpoint.port, { query: '?token=fw_wrong', headers: { Cookie } });
    expect(client.status).toBe(401);
  });
});

async function cookieFor(name: string): Promise<string> {
  const url = `http://127.0.0.1:${endpoint.port}/?token=${tokenOf(name)}`;
  const response = await fetch(url, { headers: { Accept: 'text/html' }, redirect: 'manual' });
  return response.headers.get('set-cookie')?.split(';')[0] ?? '';
}

describe('what a browser sends by itself', () => {
  it('counts for pages of this server, and for none of another site or port', async () => {
    const Cookie = await cookieFor('viewer');
    const own = `http://127.0.0.1:${endpoint.port}`;
    using client = await WsClient.open(endpoint.port, { protocols: OWN, headers: { Cookie, Origin: own } });
    await client.hears('welcome');
    const Authorization = `Basic ${Buffer.from(`any:${T}`).toString('base64')}`;
    for (const ambient of [{ Cookie }, { Authorization }]) {
      for (const Origin of [ELSEWHERE.Origin, 'http://127.0.0.1:1', 'null']) {
        using page = await WsClient.open(endpoint.port, { protocols: OWN, headers: { ...ambient, Origin } });
        expect(page.status).toBe(403);
      }
    }
  });

  it('may be of another server: then it is as nothing, and hello is waited for', async () => {
    const headers = { Cookie: `fw_${endpoint.port}=theirs` };
    using client = await WsClient.open(endpoint.port, { headers });
    client.say({ type: 'hello', protocol: 1, token: T });
    expect(await client.hears('welcome')).toMatchObject({ type: 'welcome' });
  });
});

it('a stream that is not granted does not exist', async () => {
  using client = await WsClient.open(endpoint.port, { query: `?token=${T}` });
  await client.hears('welcome');
  const answers: string[] = [];
  for (const stream of ['gate', 'barn']) {
    client.say({ type: 'subscribe', stream });
    const answer = await client.hears(`\\"${stream}\\"`);
    expect(answer).toEqual({
      type: 'error',
      code: 'unknown-stream',
      message: `There is no stream "${stream}".`,
      hint: 'There are: yard.',
    });
    answers.push(JSON.stringify(answer).replaceAll(stream, ''));
  }
  expect(answers[0]).toBe(answers[1]);
});

describe('who watches is judged again', () => {
  const watching = async (other: Endpoint, token: string, stream: string) => {
    const client = await WsClient.open(other.port, { query: `?token=${token}` });
    client.say({ type: 'subscribe', stream });
    await client.hears('"type":"source"');
    return client;
  };

  it('when users change: who was removed leaves, who sees less leaves what they do not see, and nobody else', async () => {
    await using other = await openEndpoint(100, [], guarded());
    using viewer = await watching(other, tokenOf('viewer'), 'yard');
    using operator = await watching(other, tokenOf('operator'), 'yard');
    using owner = await watching(other, tokenOf('owner'), 'yard');
    const feed = await fetch(`http://127.0.0.1:${other.port}/video_feed?token=${tokenOf('viewer')}`);
    const changed = PEOPLE.filter(({ name }) => name !== 'viewer').map(person =>
      person.name === 'operator' ? { ...person, streams: ['gate'] } : person,
    );
    other.guard.realm = guarded(changed);
    await viewer.hears('"code":"token-wrong"');
    expect(await viewer.closed()).toBe(CLOSE_CODES.unauthorized);
    await operator.hears('"code":"unknown-stream"');
    expect(await operator.closed()).toBe(CLOSE_CODES.streamRemoved);
    // Its answer has an end.
    expect((await feed.arrayBuffer()).byteLength).toBeGreaterThanOrEqual(0);
    owner.say({ type: 'subscribe', stream: 'gate' });
    await eventually(() => owner.texts.some(text => text.includes('"source","stream":"gate"')), 'other stream');
    expect(other.broadcaster.viewers).toBe(1);
  });

  it('when a link ends', async () => {
    await using other = await openEndpoint(100, [], guarded());
    // Links end at whole seconds.
    using watcher = await watching(other, linkTo('yard', 3000), 'yard');
    expect(await watcher.hears('"error"')).toMatchObject({ code: 'token-expired' });
    expect(await watcher.closed()).toBe(CLOSE_CODES.unauthorized);
  });

  it('and gets another stream from the moment that it is granted', async () => {
    await using other = await openEndpoint(100, [], guarded());
    using viewer = await watching(other, T, 'yard');
    const changed = PEOPLE.map(person => (person.name === 'viewer' ? { ...person, streams: ['*'] } : person));
    other.guard.realm = guarded(changed);
    viewer.say({ type: 'subscribe', stream: 'gate' });
    await eventually(() => viewer.texts.some(text => text.includes('"source","stream":"gate"')), 'other stream');
  });
});
