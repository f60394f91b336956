import { once } from 'node:events';
import { connect, createServer, Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer, TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TransportAnswer, TransportArrival } from '../../../../server/src/viewer/frame-socket.js';
import { openTcpInfo, type TcpFigures } from '../../../../server/src/transport/kernel/tcp-info.js';
import { countOf, liesBelow } from '../../../../server/src/transport/kernel/raw-socket.js';
import { KernelAcks } from '../../../../server/src/transport/kernel/kernel-acks.js';
import { eventually } from '../../../support/eventually.js';
import { madeUpPair } from '../../../support/tls.js';
import { VirtualClock } from '../../../simulate/virtual-clock.js';

type Told = [number, TransportArrival];

/** A count of bytes, and a kernel that says what the test wants. */
function kit(isLate = false) {
  const clock = new VirtualClock();
  const told: Told[] = [];
  const kernel: { figures: TcpFigures | undefined } = {
    figures: { ackedBytes: 0, minRttMs: 7, windowBytes: undefined },
  };
  const count = { bytesWritten: 0, isLate };
  const acks = new KernelAcks(
    count,
    { info: { read: () => kernel.figures } },
    (seq, arrival) => told.push([seq, arrival]),
    clock,
  );
  const send = (seq: number, bytes: number, isMeasured = true) =>
    acks.send(seq, () => void (count.bytesWritten += bytes), isMeasured);
  const ask = (bytes: number): readonly TransportAnswer[] => {
    const answers: TransportAnswer[] = [];
    acks.ask(
      () => void (count.bytesWritten += bytes),
      answer => answers.push(answer),
    );
    return answers;
  };
  const pollAt = (time: number, ackedBytes: number, windowBytes?: number): boolean => {
    clock.runUntil(time);
    kernel.figures = { ackedBytes, minRttMs: 7, windowBytes };
    return acks.poll();
  };
  const lookAt = (time: number, ackedBytes: number, windowBytes?: number): number | undefined => {
    clock.runUntil(time);
    kernel.figures = { ackedBytes, minRttMs: 7, windowBytes };
    return acks.look();
  };
  return { acks, count, told, kernel, send, ask, pollAt, lookAt };
}

describe('frames of a viewer that does not acknowledge', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('have arrived when the kernel says so, with its shortest round trip', () => {
    const { told, send, pollAt, acks } = kit();
    send(1, 1000);
    expect(pollAt(3, 999)).toBe(true);
    expect(told).toEqual([]);
    expect(pollAt(6, 1000)).toBe(false);
    expect(told).toEqual([[1, { arrivedAt: 6, isTimed: true, rttMs: 7, unreadBytes: undefined }]]);
    acks[Symbol.dispose]();
  });

  it('arrived between two looks, as far as the bytes tell', () => {
    const { told, send, pollAt, acks } = kit();
    send(1, 1000);
    send(2, 1000);
    send(3, 1000);
    expect(pollAt(10, 2000)).toBe(true);
    expect(told.map(([seq, { arrivedAt }]) => [seq, arrivedAt])).toEqual([
      [1, 5],
      [2, 10],
    ]);
    pollAt(20, 3000);
    expect(told.at(-1)).toEqual([3, { arrivedAt: 20, isTimed: true, rttMs: 7, unreadBytes: undefined }]);
    acks[Symbol.dispose]();
  });

  describe('that are sent unmeasured', () => {
    it('are told of by nobody once a look has seen that they are there', () => {
      const { told, send, lookAt, acks } = kit();
      for (const seq of [1, 2, 3]) {
        send(seq, 1000, false);
        expect(lookAt(seq * 33, seq * 1000, 64_000)).toBe(seq);
        expect(lookAt(seq * 33, seq * 1000, 64_000)).toBeUndefined();
      }
      expect(told).toEqual([]);
      acks[Symbol.dispose]();
    });

    it('are followed to their end from the look on that does not find them', () => {
      const { told, send, lookAt, pollAt, acks } = kit();
      send(1, 1000, false);
      expect(lookAt(33, 400, 64_000)).toBeUndefined();
      expect(told).toEqual([]);
      expect(pollAt(36, 1000, 64_000)).toBe(false);
      expect(told).toEqual([[1, { arrivedAt: 36, isTimed: true, rttMs: 7, unreadBytes: 0 }]]);
      acks[Symbol.dispose]();
    });

    it('are told of at once if they lie unread, though nobody knows since when', () => {
      const { told, send, lookAt, acks } = kit();
      send(1, 1000, false);
      expect(lookAt(33, 1000, 64_000)).toBe(1);
      send(2, 1000, false);
      expect(lookAt(66, 2000, 63_400)).toBeUndefined();
      expect(told).toEqual([[2, { arrivedAt: 66, isTimed: false, rttMs: 7, unreadBytes: 600 }]]);
      acks[Symbol.dispose]();
    });

    it('are told of with what follows them, whether anybody looks or not', () => {
      const { told, send, ask, pollAt, lookAt, acks } = kit();
      send(1, 1000, false);
      send(2, 1000, false);
      expect(lookAt(1, 0, 64_000)).toBeUndefined();
      expect(pollAt(3, 2000, 64_000)).toBe(false);
      expect(told.map(([seq, { isTimed }]) => [seq, isTimed])).toEqual([
        [1, false],
        [2, true],
      ]);
      send(3, 1000, false);
      const answers = ask(1);
      expect(pollAt(6, 3001, 64_000)).toBe(false);
      expect(told.map(([seq]) => seq)).toEqual([1, 2, 3]);
      expect(answers).toHaveLength(1);
      acks[Symbol.dispose]();
    });

    it('cannot be where nobody tells what lies unread', () => {
      const { kernel, acks } = kit();
      expect(acks.canLook).toBe(false);
      acks[Symbol.dispose]();
      const able = kit();
      able.kernel.figures = { ackedBytes: 0, minRttMs: 7, windowBytes: 64_000 };
      expect(able.acks.canLook).toBe(true);
      expect(kernel.figures).toBeDefined();
      able.acks[Symbol.dispose]();
    });
  });

  it('lie unread as far as the window has shrunk since it was largest', () => {
    const { told, send, pollAt, acks } = kit();
    const unread = () => told.map(([, { unreadBytes }]) => unreadBytes);
    send(1, 1000);
    pollAt(3, 1000, 60_000);
    send(2, 1000);
    pollAt(6, 2000, 64_000);
    send(3, 1000);
    send(4, 1000);
    pollAt(9, 4000, 62_000);
    // What lies unread in front of the fourth frame is the third, and maybe the second.
    expect(unread()).toEqual([0, 0, 1000, 2000]);
    send(5, 1000);
    pollAt(12, 5000, 64_000);
    expect(unread().at(-1)).toBe(0);
    acks[Symbol.dispose]();
  });

  it('are followed by a few bytes whose arrival tells what lies unread then', () => {
    const { told, send, ask, pollAt, acks } = kit();
    send(1, 1000);
    pollAt(3, 1000, 64_000);
    send(2, 1000);
    const answers = ask(1);
    pollAt(6, 2000, 63_000);
    expect(told.at(-1)).toEqual([2, { arrivedAt: 6, isTimed: true, rttMs: 7, unreadBytes: 1000 }]);
    expect(answers).toEqual([]);
    pollAt(9, 2001, 64_000);
    expect(answers).toEqual([{ at: 9, lateMs: 6 - 7, unreadBytes: 0 }]);
    acks[Symbol.dispose]();
  });

  it('end where the kernel has got to when it has taken them, where what is written is encrypted on the way', () => {
    const { acks, count, told, pollAt } = kit(true);
    const taken: (() => void)[] = [];
    for (const seq of [1, 2]) acks.send(seq, onTaken => void (onTaken && taken.push(onTaken)));
    // Some of the first one is on its way, and nobody knows yet how much there will be.
    count.bytesWritten = 600;
    expect(pollAt(3, 600)).toBe(true);
    count.bytesWritten = 1022;
    taken[0]?.();
    count.bytesWritten = 2044;
    taken[1]?.();
    expect(pollAt(6, 1021)).toBe(true);
    expect(told).toEqual([]);
    expect(pollAt(9, 1022)).toBe(true);
    expect(pollAt(12, 2044)).toBe(false);
    expect(told.map(([seq, { arrivedAt }]) => [seq, arrivedAt])).toEqual([
      [1, 9],
      [2, 12],
    ]);
    acks[Symbol.dispose]();
  });

  it('are followed no more once the socket is closed', () => {
    const { told, send, kernel, acks } = kit();
    send(1, 1000);
    kernel.figures = undefined;
    expect(acks.poll()).toBe(false);
    expect(told).toEqual([]);
    acks[Symbol.dispose]();
  });

  it('are looked after only while some are on their way', () => {
    const { send, kernel, acks } = kit();
    send(1, 1000);
    vi.advanceTimersByTime(30);
    expect(vi.getTimerCount()).toBe(1);
    kernel.figures = { ackedBytes: 1000, minRttMs: 7, windowBytes: undefined };
    vi.advanceTimersByTime(30);
    expect(vi.getTimerCount()).toBe(0);
    acks[Symbol.dispose]();
  });

  it('have arrived when the kernel took them, where it says nothing else', () => {
    const told: number[] = [];
    const acks = new KernelAcks(countOf(new Socket()), { info: undefined }, seq => told.push(seq), new VirtualClock());
    let taken: (() => void) | undefined;
    acks.send(1, onTaken => {
      taken = onTaken;
    });
    expect(told).toEqual([]);
    taken?.();
    expect(told).toEqual([1]);
  });
});

describe.runIf(process.platform === 'linux')("the kernel's figures", () => {
  it('stop short of what was written while the other side does not read', async () => {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('No port.');
    const reader = connect(address.port, '127.0.0.1');
    reader.pause();
    const values: unknown[] = await once(server, 'connection');
    const [socket] = values;
    if (!(socket instanceof Socket)) throw new Error('No socket.');
    const info = openTcpInfo(socket);
    const bytes = 30_000_000;
    socket.write(Buffer.alloc(bytes));
    await eventually(() => (info?.read()?.ackedBytes ?? 0) > 0, 'first bytes');
    expect(info?.read()?.ackedBytes).toBeLessThan(bytes);
    expect(info?.read()?.minRttMs).toBeGreaterThanOrEqual(0);
    const narrow = info?.read()?.windowBytes;
    reader.resume();
    await eventually(() => (info?.read()?.ackedBytes ?? 0) >= bytes, 'all bytes');
    // Older kernels do not tell.
    if (narrow !== undefined) await eventually(() => (info?.read()?.windowBytes ?? 0) > narrow, 'a window that opens');
    reader.destroy();
    socket.destroy();
    await once(socket, 'close');
    expect(info?.read()).toBeUndefined();
    server.close();
  });

  it('are those of the encrypted bytes under TLS, and agree with the count below to the byte', async () => {
    const pair = madeUpPair();
    const tls = createTlsServer(pair);
    const secured = once(tls, 'secureConnection');
    const raws: Socket[] = [];
    const server = createServer(raw => {
      raws.push(raw);
      tls.emit('connection', raw);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('No port.');
    const reader = connectTls({ port: address.port, host: '127.0.0.1', ca: pair.ca });
    reader.resume();
    const values: unknown[] = await secured;
    const [[secure], [raw]] = [values, raws];
    if (!(secure instanceof TLSSocket) || raw === undefined) throw new Error('No socket.');
    liesBelow(raw, secure);
    const info = openTcpInfo(secure);
    const count = countOf(secure);
    const before = count.bytesWritten;
    await new Promise<void>(resolve => secure.write(Buffer.alloc(54_000), () => resolve()));
    const end = count.bytesWritten;
    expect(count.isLate).toBe(true);
    expect(end - before).toBeGreaterThan(54_000);
    // Records and the tickets that follow the handshake.
    expect(end - before).toBeLessThan(54_000 + 2000);
    await eventually(() => (info?.read()?.ackedBytes ?? 0) >= end, 'all bytes');
    expect(info?.read()?.ackedBytes).toBe(count.bytesWritten);
    reader.destroy();
    secure.destroy();
    server.close();
  });
});
