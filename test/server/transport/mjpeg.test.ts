import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { openEndpoint } from './endpoint.js';
import { RawClient } from './raw-client.js';

const GET = ['GET /video_feed HTTP/1.1', 'Host: localhost'];

describe('a multipart viewer', () => {
  it('gets each picture as a part with its length and the boundary behind', async () => {
    await using endpoint = await openEndpoint();
    const { producer } = endpoint.kit;
    producer.live();
    using client = await RawClient.open(endpoint.port);
    client.say(...GET);
    await client.hears('--frame\r\n');
    producer.capture();
    await client.hears('Content-Length: 3\r\n');
    await client.hears('\0\0\0\r\n--frame\r\n');
    expect(client.received).toContain('Content-Type: multipart/x-mixed-replace; boundary=frame\r\n');
    // Chunks would wrap every part once more, and simple readers do not unwrap them.
    expect(client.received).not.toContain('Transfer-Encoding');
  });

  it('leaves its place when it goes', async () => {
    await using endpoint = await openEndpoint();
    {
      using client = await RawClient.open(endpoint.port);
      client.say(...GET);
      await client.hears('--frame');
      expect(endpoint.broadcaster.viewers).toBe(1);
    }
    await eventually(() => endpoint.broadcaster.viewers === 0, 'free place');
    expect(endpoint.kit.stream.info.viewers).toBe(0);
  });

  it('is refused behind a request that is never answered to its end: it would never hear that it has gone', async () => {
    await using endpoint = await openEndpoint();
    {
      using client = await RawClient.open(endpoint.port);
      client.say(...GET, '', ...GET, '', ...GET);
      await client.hears('--frame');
      expect(endpoint.broadcaster.viewers).toBe(1);
    }
    await eventually(() => endpoint.broadcaster.viewers === 0, 'free place');
  });

  it('gets the head of the answer alone when it asks for that', async () => {
    await using endpoint = await openEndpoint();
    using client = await RawClient.open(endpoint.port);
    client.say('HEAD /video_feed HTTP/1.1', 'Host: localhost');
    await client.ends();
    expect(client.received).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*multipart\/x-mixed-replace[^]*\r\n\r\n$/);
    await eventually(() => endpoint.broadcaster.viewers === 0, 'free place');
  });

  it('is refused when there are as many as there may be', async () => {
    await using endpoint = await openEndpoint(1);
    using first = await RawClient.open(endpoint.port);
    first.say(...GET);
    await first.hears('--frame');
    const second = await fetch(`http://127.0.0.1:${endpoint.port}/video_feed`);
    expect(second.status).toBe(503);
    expect(await second.json()).toMatchObject({ code: 'too-many-viewers' });
  });
});
