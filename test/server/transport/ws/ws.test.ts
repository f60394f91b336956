import { describe, expect, it } from 'vitest';
import { eventually } from '../../../support/eventually.js';
import { openEndpoint } from '../endpoint.js';
import { RawClient } from '../raw-client.js';
import { WsClient } from '../ws-client.js';

function upgradeTo(path: string, ...headers: readonly string[]): string[] {
  return [
    `GET ${path} HTTP/1.1`,
    'Host: localhost',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  ];
}

const H2C = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAEAAEAAAAIAAAAB'];

describe('the WebSocket endpoint', () => {
  it.each([
    ['another path', upgradeTo('/elsewhere'), '404', 'not-found'],
    ['a page of another site', upgradeTo('/ws', 'Origin: https://elsewhere.example'), '403', 'origin-refused'],
    [
      'a name of another site',
      [...upgradeTo('/ws', 'Origin: http://elsewhere.example')].with(1, 'Host: elsewhere.example'),
      '403',
      'host-refused',
    ],
    ['who takes it for a proxy', ['CONNECT localhost:80 HTTP/1.1', 'Host: localhost:80'], '405', 'method-not-allowed'],
    ['what is no WebSocket', ['POST /ws HTTP/1.1', 'Host: localhost', ...H2C], '405', 'method-not-allowed'],
    [
      'what is no WebSocket and has a body',
      ['GET /ws HTTP/1.1', 'Host: localhost', 'Content-Length: 2', ...H2C],
      '400',
      'bad-request',
    ],
    ['another protocol', upgradeTo('/ws', 'Sec-WebSocket-Protocol: chat'), '400', 'protocol-version'],
  ])('refuses %s with a sentence, and does not wait for the other side to hang up', async (_, lines, status, code) => {
    await using endpoint = await openEndpoint();
    using client = await RawClient.open(endpoint.port);
    client.say(...lines);
    await client.ends();
    expect(client.received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*"code":"${code}"`));
    expect(endpoint.broadcaster.viewers).toBe(0);
    // Not a connection is left that the end of the server would wait for.
    await endpoint.close();
  });

  it('lets pages of its own host in', async () => {
    await using endpoint = await openEndpoint();
    using client = await RawClient.open(endpoint.port);
    client.say(...upgradeTo('/ws', 'Origin: http://localhost'));
    await client.hears('"type":"welcome"');
    expect(client.received).toMatch(/^HTTP\/1\.1 101 /);
  });

  it('says goodbye with 1001 when the server stops, also to who comes while it does', async () => {
    await using endpoint = await openEndpoint();
    using early = await WsClient.open(endpoint.port);
    endpoint.broadcaster.close();
    using late = await WsClient.open(endpoint.port);
    expect(await late.closed()).toBe(1001);
    expect(await early.closed()).toBe(1001);
    expect(endpoint.broadcaster.viewers).toBe(0);
  });

  it('takes one message of a viewer at a time, so that what else there is comes in between', async () => {
    await using endpoint = await openEndpoint();
    using client = await RawClient.open(endpoint.port);
    client.say(...upgradeTo('/ws'));
    await client.hears('"type":"welcome"');
    let turns = 0;
    const countTurn = () => {
      turns += 1;
      if (turns < 10_000_000) setImmediate(countTurn);
    };
    setImmediate(countTurn);
    // Pings with masked and empty payloads, of which one read brings hundreds.
    client.write(Buffer.concat(Array.from({ length: 500 }, () => Buffer.from([0x89, 0x80, 0, 0, 0, 0]))));
    const before = turns;
    const pongs = () => client.received.split('\u008A\u0000').length - 1;
    await eventually(() => pongs() === 500, 'pongs');
    const during = turns - before;
    turns = Infinity;
    expect(during).toBeGreaterThanOrEqual(500);
  });

  it.each([
    ['subscribes', { type: 'subscribe' }],
    ['pauses and resumes', { type: 'resume' }],
  ])('lets a viewer go that %s without end: each time would cost an encode', async (_, message) => {
    await using endpoint = await openEndpoint();
    endpoint.kit.producer.live();
    using client = await WsClient.open(endpoint.port);
    client.say({ type: 'subscribe' });
    // So many that some are left when the machine stands still and a second passes.
    for (let i = 0; i < 100; i += 1) client.say(i % 2 === 0 ? { type: 'pause' } : message);
    expect(await client.closed()).toBe(4429);
    await eventually(() => endpoint.kit.stream.info.viewers === 0, 'free place');
  });

  it('refuses with 4503 when there are as many viewers as there may be, and has room again when one goes', async () => {
    await using endpoint = await openEndpoint(1);
    {
      using first = await WsClient.open(endpoint.port);
      await first.hears('welcome');
      using second = await WsClient.open(endpoint.port);
      expect(await second.hears('error')).toMatchObject({ type: 'error', code: 'too-many-viewers' });
      expect(await second.closed()).toBe(4503);
    }
    await eventually(() => endpoint.broadcaster.viewers === 0, 'free place');
    using third = await WsClient.open(endpoint.port);
    expect(await third.hears('welcome')).toMatchObject({ type: 'welcome', limits: { viewers: 1 } });
  });
});
