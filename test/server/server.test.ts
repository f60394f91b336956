import { pino } from 'pino';
import * as z from 'zod';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Producer, ProducerEvents } from '../../server/src/stream/producer.js';
import { UserStore } from '../../server/src/access/user-store.js';
import { StateFolder } from '../../server/src/ops/state-folder.js';
import type { Config } from '../../server/src/config/config.js';
import { FramewireError } from '../../server/src/errors.js';
import { startServer, type FramewireServer } from '../../server/src/server.js';
import { eventually } from '../support/eventually.js';
import { Viewer } from '../support/server/viewer.js';
import { UPRIGHT } from '../../server/src/source/orientation.js';
import { INFO } from './fakes.js';

const engines: FakeEngine[] = [];

/** Its source neither opens nor fails before the test says so; it has stopped when all have been asked to. */
class FakeEngine implements Producer {
  readonly events: ProducerEvents;
  isStopping = false;

  constructor(events: ProducerEvents) {
    this.events = events;
    engines.push(this);
  }

  start(): void {
    // It takes its time.
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await eventually(() => engines.every(({ isStopping }) => isStopping), 'order to stop for every source');
  }

  want(): void {
    // There are no pictures.
  }

  drop(): void {
    // As `want`.
  }
}

vi.mock('../../server/src/engine/engine.js', () => ({
  // A function, because the class does not exist yet when this is called.
  Engine: function create(_: unknown, events: ProducerEvents) {
    return new FakeEngine(events);
  },
}));

const CONFIG: Config = {
  streams: ['a', 'b', 'c'].map(name => ({
    name,
    title: name,
    description: name,
    spec: { kind: 'test', size: null, fps: null },
    orientation: UPRIGHT,
    transform: null,
  })),
  host: '127.0.0.1',
  port: 0,
  tls: undefined,
  auth: undefined,
  users: [],
  graceMs: 10_000,
  maxViewers: 10,
  maxRenditions: 6,
  allowedOrigins: [],
  logLevel: 'warn',
  logFormat: undefined,
};

/** A reload says how much it tells. */
const log = pino({ level: 'silent' }, { write: () => undefined });

/** A folder that is not there: nobody was given a token. */
const users = new UserStore(new StateFolder('/nonexistent/framewire'), undefined);

/** What the settings say when they are read again. */
let load = () => CONFIG;

/** All its sources are live. */
async function liveServer() {
  let server: FramewireServer | undefined;
  void startServer(CONFIG, { version: '1.2.3', users, log, load: () => load() }, new Promise(() => undefined)).then(
    started => (server = started),
  );
  const value = await eventually(() => {
    for (const { events } of engines) events.source({ state: 'live' }, INFO);
    return server;
  }, 'start');
  return { value, [Symbol.asyncDispose]: () => value.close() };
}

describe('the server', () => {
  afterEach(() => {
    engines.length = 0;
    load = () => CONFIG;
  });

  it('stops in the middle of its start: it waits for its sources no longer, and ends them all at once', async () => {
    let stop: () => void = () => undefined;
    const stopping = new Promise<void>(resolve => {
      stop = resolve;
    });
    const starting = startServer(CONFIG, { version: '1.2.3', users, log, load: () => load() }, stopping);
    await eventually(() => engines.length === 3, 'engines');
    stop();
    const server = await starting;
    expect(server.streams.map(({ source }) => source.state)).toEqual(['starting', 'starting', 'starting']);
    await using viewer = await Viewer.open(server.reach.local[0]?.replace(/\/$/, '') ?? '');
    await server.close();
    expect((await viewer.closed).code).toBe(1001);
  });

  it('does not start when no source is left that may work, and says what is wrong with the first', async () => {
    const starting = startServer(
      CONFIG,
      { version: '1.2.3', users, log, load: () => load() },
      new Promise(() => undefined),
    ).catch((error: unknown) => error);
    await eventually(() => engines.length === 3, 'engines');
    // The states that come before it is asked for them would be nobody's.
    await eventually(() => {
      const reasons = ['There is no camera.', 'Gone.', 'Gone.'];
      for (const [i, reason] of reasons.entries()) {
        engines[i]?.events.source({ state: 'lost', code: 'source-not-found', reason });
      }
      return engines.every(({ isStopping }) => isStopping);
    }, 'end of the start');
    const failure = await starting;
    expect(failure).toBeInstanceOf(FramewireError);
    expect(failure).toMatchObject({ code: 'source-not-found', message: 'a: There is no camera.' });
  });

  it('starts with the sources that work: one wrong password does not darken a wall of cameras', async () => {
    const starting = startServer(
      CONFIG,
      { version: '1.2.3', users, log, load: () => load() },
      new Promise(() => undefined),
    );
    await eventually(() => engines.length === 3, 'engines');
    const denied = { state: 'lost', code: 'source-denied', reason: 'It wants another password.' } as const;
    let server: FramewireServer | undefined;
    void starting.then(started => (server = started));
    await eventually(() => {
      engines[0]?.events.source(denied);
      engines[1]?.events.source({ state: 'live' }, INFO);
      engines[2]?.events.source(denied);
      return server !== undefined;
    }, 'start');
    expect(server?.streams.map(({ source }) => source.state)).toEqual(['lost', 'live', 'lost']);
    await server?.close();
  });

  it('tells its operator what becomes of sources: open, lost and why with what to do, closed', async () => {
    const lines: string[] = [];
    const told = pino({ base: null, level: 'info' }, { write: (line: string) => void lines.push(messageIn(line)) });
    const [gate] = CONFIG.streams;
    if (gate === undefined) throw new Error('No stream.');
    const starting = startServer(
      { ...CONFIG, streams: [gate], graceMs: 0 },
      { version: '1.2.3', users, log: told, load: () => load() },
      new Promise(() => undefined),
    );
    const engine = await eventually(() => engines[0], 'engine');
    await eventually(() => {
      engine.events.source({ state: 'live' }, INFO);
      return engine.isStopping;
    }, 'end of the grace');
    const server = await starting;
    await using viewer = await Viewer.open(server.reach.local[0]?.replace(/\/$/, '') ?? '');
    await viewer.message('source');
    engine.events.source({ state: 'live' }, INFO);
    engine.events.source({ state: 'lost', code: 'source-unplugged', reason: 'It is gone.' }, undefined, 'Plug it in.');
    engine.events.source({ state: 'live' }, INFO);
    await viewer.close();
    await eventually(() => lines.at(-1)?.includes('closed') === true && lines.length > 3, 'last line');
    expect(lines.filter(line => !line.includes('127.0.0.1'))).toEqual([
      'a: closed, since nobody has watched for 0 s',
      `a: open: ${INFO.description}`,
      'a: lost: It is gone. Plug it in.',
      `a: open: ${INFO.description}`,
      'a: closed, since nobody has watched for 0 s',
    ]);
    expect(viewer.messages.filter(({ type }) => type === 'source')).toContainEqual(
      expect.objectContaining({ state: 'lost', reason: 'It is gone.' }),
    );
    await server.close();
  });

  it('takes other settings over: what is the same goes on, what is not is ended before another begins', async () => {
    await using server = await liveServer();
    const [a, b, c] = engines;
    const change = { spec: { kind: 'test', size: null, fps: 5 }, transform: null } as const;
    const [first, second] = CONFIG.streams;
    if (first === undefined || second === undefined || b === undefined || c === undefined)
      throw new Error('No engines.');
    const next = { ...CONFIG, port: 1, streams: [first, { ...second, ...change }, { ...second, name: 'd' }] };
    // They have stopped when all that are asked to have been, and a is not.
    engines.splice(0, 1);
    load = () => next;
    expect(await server.value.reload()).toEqual({
      changed: ['streams.b', 'streams.c', 'streams.d'],
      nextStart: ['port'],
    });
    expect([a?.isStopping, b.isStopping, c.isStopping]).toEqual([false, true, true]);
    expect(server.value.streams.map(({ name, source }) => `${name} ${source.state}`)).toEqual([
      'a live',
      'b idle',
      'd idle',
    ]);
  });

  it('stays as it is when its settings cannot be read', async () => {
    await using server = await liveServer();
    const wrong = new FramewireError('bad-config', 'framewire.yaml:1: port is wrong.');
    load = () => {
      throw wrong;
    };
    await expect(server.value.reload()).rejects.toBe(wrong);
    expect(server.value.streams.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    load = () => ({ ...CONFIG, graceMs: Infinity, logLevel: 'error' });
    expect(await server.value.reload()).toEqual({ changed: ['grace', 'logLevel'], nextStart: [] });
    // The next one is compared with what holds now.
    expect(await server.value.reload()).toEqual({ changed: [], nextStart: [] });
  });
});

const messageIn = (line: string) => z.object({ msg: z.string() }).parse(JSON.parse(line)).msg;
