import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ProducerEvents } from '../../../server/src/stream/producer.js';
import { Engine } from '../../../server/src/engine/engine.js';
import type { EngineEvents } from '../../../server/src/engine/engine-process.js';
import type { EngineStart, ToEngine } from '../../../server/src/engine/messages.js';
import { UPRIGHT } from '../../../server/src/source/orientation.js';

/** A process that does what the test says. */
class FakeProcess {
  readonly events: EngineEvents;
  readonly sent: ToEngine[] = [];

  constructor(_: EngineStart, events: EngineEvents) {
    this.events = events;
    started.push({ at: Date.now(), process: this });
  }

  send(message: ToEngine): void {
    this.sent.push(message);
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  live(): void {
    this.events.message({ type: 'live', info: { width: 64, height: 48, fps: 30, isJpeg: false, description: 'fake' } });
  }

  crash(): void {
    this.events.ended('engine-crashed', 'The engine was ended by SIGSEGV.');
  }
}

const started: { at: number; process: FakeProcess }[] = [];

vi.mock('../../../server/src/engine/engine-process.js', () => ({
  // A function, because the class does not exist yet when this is called.
  EngineProcess: function create(start: EngineStart, events: EngineEvents) {
    return new FakeProcess(start, events);
  },
}));

function present(): FakeProcess {
  const last = started.at(-1);
  if (last === undefined) throw new Error('No process was started.');
  return last.process;
}

describe('the engine', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    started.length = 0;
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function engine() {
    const states: string[] = [];
    const failures: string[] = [];
    const healths: number[] = [];
    const encodeMs: number[] = [];
    const events: ProducerEvents = {
      restarted: () => undefined,
      source: state => states.push(state.state === 'lost' ? `${state.code}: ${state.reason}` : state.state),
      frame: () => undefined,
      failed: (id, seq, reason) => failures.push(`${id} ${seq} ${reason}`),
      counts: () => undefined,
      health: ({ restarts }) => healths.push(restarts),
      warning: () => undefined,
    };
    const source = { kind: 'test', size: null, fps: null } as const;
    return {
      engine: new Engine({ source, orientation: UPRIGHT, transform: null, streamId: 0 }, events, ms =>
        encodeMs.push(...ms),
      ),
      encodeMs,
      states,
      failures,
      healths,
    };
  }

  /** How long after the last crash the next process was started. */
  async function crashAndWait(): Promise<number> {
    const crashedAt = Date.now();
    present().crash();
    const before = started.length;
    while (started.length === before) await vi.advanceTimersToNextTimerAsync();
    return Date.now() - crashedAt;
  }

  it('that crashes soon after each start is started ever later, also when it was live between', async () => {
    engine().engine.start();
    const waits: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      present().live();
      await vi.advanceTimersByTimeAsync(500);
      waits.push(await crashAndWait());
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 10_000]);
    present().live();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await crashAndWait()).toBe(1000);
  });

  it('says starting again after it was stopped in order, and not while it replaces one that crashed', async () => {
    const { engine: own, states } = engine();
    own.start();
    present().events.message({ type: 'starting' });
    await crashAndWait();
    present().events.message({ type: 'starting' });
    expect(states).toEqual(['starting', 'engine-crashed: The engine was ended by SIGSEGV. It is started again.']);
    await own.stop();
    own.start();
    present().events.message({ type: 'starting' });
    expect(states.slice(2)).toEqual(['starting']);
    expect(await crashAndWait()).toBe(1000);
  });

  it('counts the processes that ended by themselves, not those that were stopped', async () => {
    const { engine: own, healths, encodeMs } = engine();
    own.start();
    await crashAndWait();
    present().events.message({ type: 'alive', captured: 1, encoded: 1, damaged: 0, encodeMs: [4], memoryBytes: 1e8 });
    await own.stop();
    expect(healths).toEqual([1, 1, 1]);
    expect(encodeMs).toEqual([4]);
  });

  it('tells of a rendition that fails', () => {
    const { engine: own, failures } = engine();
    own.start();
    present().events.message({ type: 'failed', id: 3, seq: 40, reason: 'It is torn.' });
    expect(failures).toEqual(['3 40 It is torn.']);
  });

  it('that ends itself has said why, and is replaced', async () => {
    const { engine: own, states } = engine();
    own.start();
    present().events.message({ type: 'ending', code: 'source-stalled', reason: 'The camera hangs.', hint: '' });
    expect(await crashAndWait()).toBe(1000);
    expect(states).toEqual(['source-stalled: The camera hangs.']);
    expect(await crashAndWait()).toBe(2000);
    expect(states.slice(1)).toEqual(['engine-crashed: The engine was ended by SIGSEGV. It is started again.']);
  });
});
