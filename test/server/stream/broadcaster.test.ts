import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Broadcaster, type Watcher } from '../../../server/src/stream/broadcaster.js';
import { streamKit } from '../fakes.js';

class FakeGuest implements Watcher {
  ticks = 0;
  isIdle = false;
  isDismissed = false;

  tick(): void {
    this.ticks += 1;
  }

  yieldPlace(): boolean {
    return this.isIdle;
  }

  dismiss(): void {
    this.isDismissed = true;
  }
}

const [yard, gate] = [streamKit({ name: 'yard' }).stream, streamKit({ name: 'gate' }).stream];

const everything = () => true;

describe('the broadcaster', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('knows its streams by name, and gives the first where none is named', () => {
    const seen = new Broadcaster([yard, gate], 10).seenBy(everything);
    expect(seen.stream('gate')).toBe(gate);
    expect(seen.stream()).toBe(yard);
    expect(seen.stream('')).toBe(yard);
    expect(seen.streams.map(({ name }) => name)).toEqual(['yard', 'gate']);
  });

  it('knows for each viewer only the streams that exist for it, as they are when it asks', () => {
    const granted = new Set(['gate']);
    const seen = new Broadcaster([yard, gate], 10).seenBy(name => granted.has(name));
    expect(seen.streams.map(({ name }) => name)).toEqual(['gate']);
    expect(seen.stream()).toBe(gate);
    expect(seen.streamAt(0)).toBe(gate);
    const refusal = { code: 'unknown-stream', message: 'There is no stream "yard".', hint: 'There are: gate.' };
    expect(() => seen.stream('yard')).toThrow(expect.objectContaining(refusal));
    expect(() => seen.streamAt(1)).toThrow(
      expect.objectContaining({ code: 'unknown-stream', hint: 'There are: gate.' }),
    );
    granted.add('yard');
    expect(seen.stream('yard')).toBe(yard);
    granted.clear();
    expect(() => seen.stream()).toThrow(expect.objectContaining({ message: 'There is no stream for you.', hint: '' }));
  });

  it('says which streams there are when one is unknown', () => {
    const ask = () => new Broadcaster([yard, gate], 10).seenBy(everything).stream('barn');
    expect(ask).toThrow('There is no stream "barn".');
    expect(ask).toThrow(expect.objectContaining({ code: 'unknown-stream', hint: 'There are: yard, gate.' }));
  });

  it('lets in as many as there may be, and another one for each that goes', () => {
    const broadcaster = new Broadcaster([yard], 2);
    const first = broadcaster.admit(new FakeGuest());
    broadcaster.admit(new FakeGuest());
    expect(() => broadcaster.admit(new FakeGuest())).toThrow(expect.objectContaining({ code: 'too-many-viewers' }));
    expect(broadcaster.viewers).toBe(2);
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    expect(broadcaster.viewers).toBe(1);
    broadcaster.admit(new FakeGuest());
    expect(broadcaster.viewers).toBe(2);
  });

  it('gives the place of one that does nothing to one that comes', () => {
    const broadcaster = new Broadcaster([yard], 2);
    const [busy, idle] = [new FakeGuest(), new FakeGuest()];
    broadcaster.admit(busy);
    const admission = broadcaster.admit(idle);
    idle.isIdle = true;
    broadcaster.admit(new FakeGuest());
    // Its goodbye comes later, and counts for nobody else.
    admission[Symbol.dispose]();
    expect(broadcaster.viewers).toBe(2);
    expect(() => broadcaster.admit(new FakeGuest())).toThrow(expect.objectContaining({ code: 'too-many-viewers' }));
  });

  it('looks at each watcher once a second, and at none who has gone', () => {
    const broadcaster = new Broadcaster([yard], 10);
    const [stays, goes] = [new FakeGuest(), new FakeGuest()];
    broadcaster.admit(stays);
    const admission = broadcaster.admit(goes);
    vi.advanceTimersByTime(2000);
    admission[Symbol.dispose]();
    vi.advanceTimersByTime(1000);
    expect([stays.ticks, goes.ticks]).toEqual([3, 2]);
  });

  it('keeps no timer while nobody is there', () => {
    const broadcaster = new Broadcaster([yard], 10);
    expect(vi.getTimerCount()).toBe(0);
    const admissions = [broadcaster.admit(new FakeGuest()), broadcaster.admit(new FakeGuest())];
    expect(vi.getTimerCount()).toBe(1);
    admissions.forEach(admission => admission[Symbol.dispose]());
    expect(vi.getTimerCount()).toBe(0);
    broadcaster.admit(new FakeGuest());
    expect(vi.getTimerCount()).toBe(1);
  });

  it('sends everybody away at the end, and lets nobody in', () => {
    const broadcaster = new Broadcaster([yard], 10);
    const [polite, slow] = [new FakeGuest(), new FakeGuest()];
    const admission = broadcaster.admit(polite);
    broadcaster.admit(slow);
    // As the transports do, a watcher gives its place back while it is sent away.
    polite.dismiss = () => admission[Symbol.dispose]();
    broadcaster.close();
    expect(slow.isDismissed).toBe(true);
    expect(broadcaster.viewers).toBe(1);
    expect(() => broadcaster.admit(new FakeGuest())).toThrow(expect.objectContaining({ code: 'server-stopping' }));
    expect(() => broadcaster.seenBy(everything).stream()).toThrow(expect.objectContaining({ code: 'server-stopping' }));
  });
});
