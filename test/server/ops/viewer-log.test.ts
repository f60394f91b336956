import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { FramewireError } from '../../../server/src/errors.js';
import { ViewerLog, type Watching } from '../../../server/src/ops/viewer-log.js';

const clock = vi.hoisted(() => ({ startedAt: 0 }));
vi.mock('../../../server/src/time/monotonic.js', () => ({ monotonicMs: () => Date.now() - clock.startedAt }));

function openLog(level = 'info') {
  const lines: string[] = [];
  /** What programs read. */
  const fields: unknown[] = [];
  const stream = {
    write: (line: string) => {
      const { msg, level: _, time: __, ...rest } = z.looseObject({ msg: z.string() }).parse(JSON.parse(line));
      lines.push(msg);
      fields.push(rest);
    },
  };
  return { lines, fields, viewers: new ViewerLog(pino({ base: null, level }, stream)) };
}

const at = (address: string, user = '') => ({ address, user });

describe('the log of viewers', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    clock.startedAt = Date.now();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('tells who comes and who goes, and how many are left', () => {
    const { lines, viewers } = openLog();
    const phone = viewers.enter(at('192.168.1.7'), 'ws');
    phone('gate');
    vi.advanceTimersByTime(1000);
    const laptop = viewers.enter(at('192.168.1.8'), 'mjpeg');
    laptop('gate');
    vi.advanceTimersByTime(1000);
    phone(undefined);
    vi.advanceTimersByTime(1000);
    laptop(undefined);
    vi.advanceTimersByTime(1000);
    expect(lines).toEqual([
      'gate: 192.168.1.7 came by WebSocket; 1 viewer',
      'gate: 192.168.1.8 came by HTTP; 2 viewers',
      'gate: 192.168.1.7 left after 2 s; 1 viewer',
      'gate: 192.168.1.8 left after 2 s; nobody watches',
    ]);
  });

  it('says the same to programs, and who it was where that is known', () => {
    const { lines, fields, viewers } = openLog();
    const anna = viewers.enter(at('192.168.1.7', 'anna'), 'ws');
    anna('gate');
    vi.advanceTimersByTime(1000);
    anna(undefined);
    viewers.enter(at('192.168.1.8'), 'mjpeg')('gate');
    vi.advanceTimersByTime(1000);
    viewers.refused(new FramewireError('too-many-viewers', 'It is full.'), '192.168.1.9');
    expect(lines[0]).toBe('gate: anna at 192.168.1.7 came by WebSocket; 1 viewer');
    const phone = { stream: 'gate', address: '192.168.1.7', user: 'anna', transport: 'ws', viewers: 1 };
    expect(fields).toEqual([
      { event: 'viewer-came', ...phone },
      { event: 'viewer-left', ...phone, seconds: 1 },
      { event: 'viewer-came', stream: 'gate', address: '192.168.1.8', transport: 'mjpeg', viewers: 1 },
      { event: 'refused', code: 'too-many-viewers', address: '192.168.1.9' },
    ]);
  });

  it('follows a viewer from stream to stream, and says nothing of one that asks for the same again', () => {
    const { lines, viewers } = openLog();
    const phone = viewers.enter(at('192.168.1.7'), 'ws');
    phone('gate');
    phone('gate');
    vi.advanceTimersByTime(1000);
    phone('yard');
    vi.advanceTimersByTime(1000);
    expect(lines).toEqual([
      'gate: 192.168.1.7 came by WebSocket; 1 viewer',
      'gate: 192.168.1.7 left after 1 s; nobody watches',
      'yard: 192.168.1.7 came by WebSocket; 1 viewer',
    ]);
  });

  it('says nothing of a page that is loaded again', () => {
    const { lines, viewers } = openLog();
    const before = viewers.enter(at('192.168.1.7'), 'ws');
    before('gate');
    vi.advanceTimersByTime(1000);
    before(undefined);
    viewers.enter(at('192.168.1.7'), 'ws')('gate');
    vi.advanceTimersByTime(60_000);
    expect(lines).toEqual(['gate: 192.168.1.7 came by WebSocket; 1 viewer']);
  });

  it('tells of a crowd in few lines, which are right in the end', () => {
    const { lines, fields, viewers } = openLog();
    const crowd: Watching[] = [];
    // 100 a second come for a minute, and every other one leaves at once.
    for (let i = 0; i < 6000; i += 1) {
      const one = viewers.enter(at(`10.0.${i >> 8}.${i & 255}`), 'ws');
      one('gate');
      if (i % 2 === 0) crowd.push(one);
      else one(undefined);
      vi.advanceTimersByTime(10);
    }
    for (const one of crowd) one(undefined);
    vi.advanceTimersByTime(60_000);
    expect(lines.length).toBeLessThan(20);
    expect(lines[0]).toBe('gate: 10.0.0.0, 10.0.0.2, 10.0.0.4 and 47 more came; 50 viewers');
    expect(fields[0]).toEqual({ event: 'viewers-changed', stream: 'gate', came: 50, left: 0, viewers: 50 });
    expect(lines.at(-1)).toMatch(/ and \d{4} more left; nobody watches$/);
  });

  it('counts how often one address watches', () => {
    const { lines, viewers } = openLog();
    for (let i = 0; i < 3; i += 1) viewers.enter(at('10.0.0.1'), 'ws')('gate');
    vi.advanceTimersByTime(1000);
    expect(lines).toEqual(['gate: 10.0.0.1 (3 times) came; 3 viewers']);
  });

  it('tells of each, and of snapshots, when everything is wanted', () => {
    const { lines, viewers } = openLog('debug');
    const phone = viewers.enter(at('192.168.1.7'), 'ws');
    phone('gate');
    vi.advanceTimersByTime(12_000);
    phone(undefined);
    viewers.tookSnapshot('gate', at('192.168.1.8'));
    vi.advanceTimersByTime(12_000);
    expect(lines).toEqual([
      'gate: 192.168.1.7 came by WebSocket; 1 viewer',
      'gate: 192.168.1.7 left after 12 s; nobody watches',
      'gate: 192.168.1.8 took a snapshot',
    ]);
  });

  it('tells of refusals that the operator can do something about, once a minute for each kind', () => {
    const { lines, viewers } = openLog();
    const full = new FramewireError('too-many-viewers', 'This server has as many viewers as it may have: 2.');
    for (let i = 0; i < 100; i += 1) viewers.refused(full, '192.168.1.7');
    viewers.refused(new FramewireError('bad-request', 'fps is a number from 0.1 to 240.'), '192.168.1.7');
    expect(lines).toEqual([
      '192.168.1.7 is refused: This server has as many viewers as it may have: 2. --max-viewers lets more in.',
    ]);
    vi.advanceTimersByTime(60_000);
    viewers.refused(full, '192.168.1.8');
    expect(lines).toHaveLength(2);
  });

  it('says nothing after it was closed', () => {
    const { lines, viewers } = openLog();
    viewers.enter(at('192.168.1.7'), 'ws')('gate');
    viewers.close();
    vi.advanceTimersByTime(60_000);
    expect(lines).toEqual([]);
  });
});
