import { describe, expect, test } from 'vitest';
import type { StreamInfo } from '../../../../client/src/client.js';
import type { ViewStatus } from '../../../../client/src/pipeline/view-status.js';
import {
  isCurable,
  newFacts,
  pictureEveryMs,
  withStats,
  withStatus,
} from '../../../../client/dashboard/view/view-facts.js';

const connecting: ViewStatus = { state: 'connecting' };
const live: ViewStatus = { state: 'live' };
const failed = (code: string): ViewStatus => ({ state: 'failed', code, reason: 'Why', hint: undefined });
const reconnecting = (attempt: number): ViewStatus => ({
  state: 'reconnecting',
  attempt,
  retryInMs: 500,
  code: 'unreachable',
  reason: 'Why',
});
const stream = (fps: number | null): StreamInfo => ({
  id: 0,
  name: 'gate',
  description: '',
  width: null,
  height: null,
  fps,
  source: { state: 'live' },
  viewers: 1,
  captured: 0,
  encoded: 0,
  damaged: 0,
  renditions: [],
});

describe('what is known about a view', () => {
  test('begins without a picture', () => {
    expect(newFacts('gate', connecting, 5)).toMatchObject({ stream: 'gate', since: 5, pictureAt: null });
  });

  test('counts a state from its beginning, through every attempt to reconnect', () => {
    const first = withStatus(newFacts('gate', connecting, 0), reconnecting(1), 1000);
    const second = withStatus(first, reconnecting(2), 3000);
    expect(second).toMatchObject({ since: 1000, status: reconnecting(2) });
    expect(withStatus(second, live, 4000).since).toBe(4000);
  });

  test('takes a picture to have come when the view becomes live and when the count of them changes', () => {
    const begun = withStatus(newFacts('gate', connecting, 0), live, 1000);
    expect(begun.pictureAt).toBe(1000);
    const more = withStats(begun, { received: 7 }, 2000);
    expect(more.pictureAt).toBe(2000);
    expect(withStats(more, { received: 7 }, 3000).pictureAt).toBe(2000);
    // The next connection counts anew.
    expect(withStats(more, { received: 2 }, 3000).pictureAt).toBe(3000);
  });

  test.each([
    [null, 25, 40],
    [5, 25, 200],
    [50, 25, 40],
    [10, null, 100],
    [10, 0, 100],
  ])(
    'expects pictures at the rate asked for (%s fps) or the source’s (%s fps): every %s ms',
    (fps, source, everyMs) => {
      expect(pictureEveryMs(fps, stream(source))).toBe(everyMs);
    },
  );

  test('expects a usual rate of a stream that is not listed', () => {
    expect(pictureEveryMs(null, undefined)).toBeCloseTo(33.3, 1);
  });

  test.each([
    [failed('unknown-stream'), true],
    [failed('no-worker'), true],
    [failed('refused'), false],
    [reconnecting(1), false],
    [live, false],
  ])('knows whether a new view may do better than one that is %j', (status, isBetter) => {
    expect(isCurable(newFacts('gate', status, 0))).toBe(isBetter);
  });
});
