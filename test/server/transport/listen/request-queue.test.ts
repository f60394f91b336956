import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { listen, type Listeners } from '../../../../server/src/transport/listen/listeners.js';
import { eventually } from '../../../support/eventually.js';
import { RawClient } from '../raw-client.js';

const GET = ['GET / HTTP/1.1', 'Host: localhost', ''];
const many = (count: number) => Array.from({ length: count }, () => GET).flat();

describe('requests that come ahead on one connection', () => {
  let listeners: Listeners | undefined;
  let asked: ServerResponse[] = [];
  afterEach(() => listeners?.close());

  async function open(): Promise<RawClient> {
    asked = [];
    listeners = await listen({
      host: '127.0.0.1',
      port: 0,
      maxConnections: 100,
      onRefused: () => undefined,
      onRequest: (_, response) => void asked.push(response),
      onUpgrade: (_, socket) => socket.destroy(),
      onError: () => undefined,
    });
    return RawClient.open(Number(new URL(listeners.reach.local[0] ?? '').port));
  }

  it('are answered one after the other, each when the one before is out', async () => {
    using client = await open();
    client.say(...many(5));
    for (let i = 0; i < 5; i += 1) {
      await eventually(() => asked.length === i + 1, `request ${i}`);
      asked[i]?.end(`answer ${i}`);
      await client.hears(`answer ${i}`);
    }
    expect(asked).toHaveLength(5);
  });

  it('never begin once the connection has ended', async () => {
    const client = await open();
    client.say(...many(5));
    await eventually(() => asked.length === 1, 'first request');
    client[Symbol.dispose]();
    await eventually(() => asked[0]?.closed === true, 'end of the first');
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(asked).toHaveLength(1);
  });

  it('are refused and cut beyond a bound, after those that wait', async () => {
    using client = await open();
    client.say(...many(60));
    for (let i = 0; i < 17; i += 1) {
      await eventually(() => asked.length === i + 1, `request ${i}`);
      asked[i]?.end('answer');
    }
    await client.ends();
    expect(asked).toHaveLength(17);
    expect(client.received.match(/HTTP\/1\.1 \d+/g)).toEqual([
      ...Array<string>(17).fill('HTTP/1.1 200'),
      'HTTP/1.1 429',
    ]);
  });

  it('are cut at once when there are thousands', async () => {
    using client = await open();
    client.say(...many(20_000));
    await client.ends();
    expect(asked.length).toBeLessThanOrEqual(17);
  });

  it('are cut also while the first is never answered', async () => {
    using client = await open();
    client.say(...many(100));
    await client.ends();
    expect(asked).toHaveLength(1);
  });
});
