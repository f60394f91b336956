import { WebSocket, WebSocketServer } from 'ws';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { pingNumber, wireImage } from '../../../../server/src/transport/ws/ws-wire.js';
import { eventually } from '../../../support/eventually.js';
import { encodedFrame } from '../../fakes.js';

describe('a frame as WebSocket bytes', () => {
  it('is read by a real WebSocket as the header and the payload, of every length', async () => {
    const lengths = [1, 125, 126, 127, 65_535, 65_536, 200_000];
    const frames = lengths.map(payloadBytes => {
      const frame = encodedFrame({ payloadBytes });
      for (let i = 0; i < payloadBytes; i += 1) frame.payload[i] = (i * 7) % 251;
      return frame;
    });
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    server.on('connection', (ws, { socket }) => {
      // One way and the other, and beside a message of the library's own.
      for (const frame of frames) socket.write(wireImage(frame).bytes);
      ws.send('between');
      for (const frame of frames) {
        const { bytes, payloadAt, pingAt } = wireImage(frame);
        socket.write(bytes.subarray(0, payloadAt));
        socket.write(bytes.subarray(payloadAt, pingAt));
      }
    });
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('No address.');
    const viewer = new WebSocket(`ws://127.0.0.1:${address.port}`);
    const messages: Buffer[] = [];
    const pings: (number | undefined)[] = [];
    viewer.on('ping', data => pings.push(pingNumber(data)));
    viewer.on('message', data => {
      if (Buffer.isBuffer(data)) messages.push(data);
    });
    await eventually(() => messages.length === frames.length * 4 + 1, 'all messages');
    const expected = frames.flatMap(({ headerBytes, payload }) => [Buffer.from(headerBytes), Buffer.from(payload)]);
    const all = [...expected, Buffer.from('between'), ...expected];
    expect(messages.map(({ length }) => length)).toEqual(all.map(({ length }) => length));
    expect(messages.flatMap((message, i) => (message.equals(all[i] ?? message.subarray(1)) ? [] : [i]))).toEqual([]);
    expect(pings).toEqual(frames.map(({ header }) => header.seq));
    expect(pingNumber(Buffer.alloc(0))).toBeUndefined();
    viewer.terminate();
    server.close();
    await once(server, 'close');
  });

  it('is built once for all', () => {
    const frame = encodedFrame();
    expect(wireImage(frame)).toBe(wireImage(frame));
    expect(wireImage(encodedFrame())).not.toBe(wireImage(frame));
  });
});
