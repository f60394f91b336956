import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../simulate/virtual-clock.js';
import { RecordingSink, request, streamKit } from '../fakes.js';

/** A stream whose limit is never reached; how many renditions were begun in it, and when. */
function stormKit(maxRenditions = 1000) {
  const clock = new VirtualClock();
  const kit = streamKit({ maxRenditions, clock });
  const begun = new Set<number>();
  const want = kit.producer.want.bind(kit.producer);
  kit.producer.want = (id, spec, fps) => {
    begun.add(id);
    want(id, spec, fps);
  };
  kit.producer.live();
  return { ...kit, clock, begun };
}

describe('when many come at once, each with another wish', () => {
  it('renditions are begun at a rate, whoever goes again is forgotten, and who stays gets its own in the end', () => {
    const { clock, begun, watch } = stormKit();
    const honest = watch();
    for (let i = 0; i < 1000; i += 1) {
      clock.runUntil(i * 1.5);
      watch({ maxWidth: 16 + 2 * (i % 600) }).lease[Symbol.dispose]();
    }
    expect(begun.size).toBeLessThanOrEqual(1 + 10 + 15);
    expect(honest.sink.choices).toHaveLength(1);
    const late = watch({ maxWidth: 1000 });
    clock.runUntil(1700);
    expect(late.sink.lastChoice).toBe('jpeg-1000x562-q30');
    expect(late.sink.choices.at(-1)?.why).toBe('');
  });

  it('a viewer gets what is there already meanwhile, and is told so', () => {
    const { clock, watch } = stormKit();
    const viewers = Array.from({ length: 14 }, (_, i) => watch({ quality: 10 + i }));
    const { sink } = viewers.at(-1) ?? watch();
    expect(sink.lastChoice).toBe('jpeg-1280x720-q19');
    expect(sink.choices[0]?.why).toMatch(/yours follows/);
    clock.runUntil(300);
    expect(viewers.map(viewer => viewer.sink.lastChoice)).toEqual([
      ...Array.from({ length: 13 }, (_, i) => `jpeg-1280x720-q${10 + i}`),
      'jpeg-1280x720-q19',
    ]);
    clock.runUntil(500);
    expect(sink.lastChoice).toBe('jpeg-1280x720-q23');
    expect(sink.choices.at(-1)?.why).toBe('');
  });

  it('one that must keep its size waits for it, and so does one that rather waits', () => {
    const { clock, stream, watch } = stormKit();
    for (let i = 0; i < 10; i += 1) watch({ quality: 10 + i });
    const fixed = watch({ size: 'fixed', maxWidth: 640 });
    const patient = Object.assign(new RecordingSink(), { isPatient: true });
    stream.acquire(request({ maxWidth: 320 }), patient);
    expect([fixed.sink.choices, patient.choices]).toEqual([[], []]);
    clock.runUntil(100);
    expect([fixed.sink.lastChoice, patient.lastChoice]).toEqual(['jpeg-640x360-q30', 'none']);
    clock.runUntil(200);
    expect(patient.lastChoice).toBe('jpeg-320x180-q30');
  });

  it('a viewer that asks for one thing after another begins no more than others', () => {
    const { clock, begun, watch } = stormKit();
    const { lease, sink } = watch();
    for (let i = 0; i < 1000; i += 1) {
      clock.runUntil(i);
      lease.change(request({ quality: 1 + (i % 99) }));
    }
    expect(begun.size).toBeLessThanOrEqual(10 + 10);
    clock.runUntil(1200);
    expect(sink.lastChoice).toBe(`jpeg-1280x720-q${1 + (999 % 99)}`);
  });

  it('one that must keep its size gets room at the limit when it is its turn', () => {
    const { clock, watch } = stormKit(2);
    const auto = watch({ maxWidth: 320 });
    const { lease } = watch({ quality: 10 });
    for (let i = 1; i < 10; i += 1) lease.change(request({ quality: 10 + i }));
    const { sink } = watch({ size: 'fixed', maxWidth: 640 });
    expect(sink.choices).toEqual([]);
    clock.runUntil(200);
    expect(sink.lastChoice).toBe('jpeg-640x360-q30');
    expect(auto.sink.refusals).toEqual([]);
  });

  it('one that waits at the limit gets its own as soon as somebody goes, and costs nothing until then', () => {
    const { clock, watch } = stormKit(2);
    let alarms = 0;
    const at = clock.at.bind(clock);
    clock.at = (time, run) => {
      alarms += 1;
      return at(time, run);
    };
    const first = watch();
    watch({ quality: 50 });
    watch({ quality: 50 });
    const { sink } = watch({ quality: 80 });
    clock.runUntil(1000);
    const before = alarms;
    clock.runUntil(60_000);
    expect([alarms - before, sink.lastChoice]).toEqual([0, 'jpeg-1280x720-q50']);
    first.lease[Symbol.dispose]();
    clock.runUntil(60_005);
    expect([sink.lastChoice, sink.choices.at(-1)?.why]).toEqual(['jpeg-1280x720-q80', '']);
  });

  it('one that waits at the limit shares what it wants as soon as somebody else has begun it', () => {
    const { clock, watch } = stormKit(2);
    const { lease } = watch();
    watch({ quality: 50 });
    watch({ quality: 50 });
    const { sink } = watch({ quality: 80 });
    clock.runUntil(1000);
    expect(sink.lastChoice).toBe('jpeg-1280x720-q50');
    lease.change(request({ quality: 80 }));
    clock.runUntil(1005);
    expect([sink.lastChoice, sink.choices.at(-1)?.why]).toEqual(['jpeg-1280x720-q80', '']);
  });
});
