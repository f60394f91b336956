import { describe, expect, it } from 'vitest';
import { fromEngine, toEngine, type FromEngine, type ToEngine } from '../../../server/src/engine/messages.js';
import { UPRIGHT } from '../../../server/src/source/orientation.js';

const SPEC = { codec: 'jpeg', width: 640, height: 360, quality: 30 } as const;
const INFO = { width: 640, height: 360, fps: 29.97, isJpeg: true, description: 'camera' };

/** As over the channel. */
const sent = (message: unknown): unknown => JSON.parse(JSON.stringify(message));

describe('messages between server and engine', () => {
  it.each<ToEngine>([
    {
      type: 'start',
      source: { kind: 'test', size: null, fps: null },
      orientation: UPRIGHT,
      transform: null,
      streamId: 0,
    },
    { type: 'want', id: 1, spec: SPEC, fps: null },
    { type: 'want', id: 65_535, spec: { ...SPEC, quality: 'source' }, fps: 0 },
    { type: 'drop', id: 1 },
  ])('$type reaches the engine', message => {
    expect(toEngine.parse(sent(message))).toEqual(message);
  });

  it.each<FromEngine>([
    { type: 'starting' },
    { type: 'live', info: INFO },
    { type: 'lost', code: 'source-unplugged', reason: 'It is gone.', hint: 'Plug it in again.' },
    { type: 'ending', code: 'source-stalled', reason: 'It hangs.', hint: '' },
    { type: 'failed', id: 1, seq: 30, reason: 'It is torn.' },
    { type: 'alive', captured: 100, encoded: 40, damaged: 2, encodeMs: [3.25, 40], memoryBytes: 1e8 },
    { type: 'warning', message: 'So.' },
    { type: 'blocking', ms: 15_000 },
  ])('$type reaches the server', message => {
    expect(fromEngine.parse(sent(message))).toEqual(message);
  });

  it.each([
    undefined,
    null,
    'live',
    {},
    { type: 'nonsense' },
    { type: 'live' },
    { type: 'live', info: { ...INFO, width: 0 } },
    { type: 'live', info: { ...INFO, width: '640' } },
    { type: 'lost', code: 'source-unplugged' },
    { type: 'ending', reason: 'It hangs.' },
    { type: 'failed', id: 1, seq: -1, reason: 'It is torn.' },
    { type: 'alive', captured: 0.5, encoded: 0, damaged: 0, encodeMs: [], memoryBytes: 0 },
    { type: 'blocking', ms: 3_600_000 },
    { type: 'alive', captured: 0, encoded: 0, damaged: 0, encodeMs: [], memoryBytes: -1 },
    { type: 'alive', captured: 0, encoded: 0, damaged: 0, encodeMs: [-1], memoryBytes: 0 },
    { type: 'alive', captured: Number.NaN, encoded: 0, damaged: 0, encodeMs: [], memoryBytes: 0 },
  ])('%j does not reach the server', message => {
    expect(fromEngine.safeParse(message).success).toBe(false);
  });

  it.each([
    { type: 'want', id: 1, spec: SPEC, fps: -1 },
    { type: 'want', id: 1, spec: { ...SPEC, width: 0 }, fps: 1 },
    { type: 'want', id: 1, spec: { ...SPEC, quality: 101 }, fps: 1 },
    { type: 'want', id: 1.5, spec: SPEC, fps: 1 },
    { type: 'start', source: { kind: 'moon' }, orientation: UPRIGHT, transform: null, streamId: 0 },
    { type: 'drop' },
  ])('%j does not reach the engine', message => {
    expect(toEngine.safeParse(message).success).toBe(false);
  });
});
