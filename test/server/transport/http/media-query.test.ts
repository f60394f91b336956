import { describe, expect, it } from 'vitest';
import { DEFAULT_VIEWER_REQUEST } from '../../../../server/src/viewer/viewer.js';
import { parseAction, parseMediaQuery } from '../../../../server/src/transport/http/media-query.js';

describe('the query of a picture endpoint', () => {
  it('asks for nothing in particular when it is empty', () => {
    expect(parseMediaQuery({})).toEqual({ stream: undefined, request: DEFAULT_VIEWER_REQUEST });
  });

  it('is understood', () => {
    const link = { mode: 'fixed', latencyBudgetMs: '250' };
    const query = {
      stream: 'gate',
      quality: '60',
      fps: '12.5',
      width: '640',
      height: '480',
      size: 'fixed',
      cache: '17',
      ...link,
    };
    expect(parseMediaQuery(query)).toEqual({
      stream: 'gate',
      request: {
        ...{ codec: 'jpeg', quality: 60, fps: 12.5, maxWidth: 640, maxHeight: 480, size: 'fixed' },
        ...{ mode: 'fixed', latencyBudgetMs: 250 },
      },
    });
    expect(parseMediaQuery({ quality: 'source' }).request.quality).toBe('source');
  });

  it('falls back on what the endpoint prefers', () => {
    const base = { ...DEFAULT_VIEWER_REQUEST, quality: 90 };
    expect(parseMediaQuery({}, base).request.quality).toBe(90);
    expect(parseMediaQuery({ quality: '20' }, base).request.quality).toBe(20);
  });

  it.each([
    [{ quality: '0' }, /^quality is a whole number from 1 to 100, or "source"\.$/],
    [{ quality: '101' }, /^quality is a whole number from 1 to 100, or "source"\.$/],
    [{ quality: '55.5' }, /^quality is a whole number from 1 to 100, or "source"\.$/],
    [{ quality: 'high' }, /^quality is a whole number from 1 to 100, or "source"\.$/],
    [{ quality: '' }, /^quality is a whole number from 1 to 100, or "source"\.$/],
    [{ quality: ['30', '40'] }, /^quality is a whole number from 1 to 100, or "source"\.$/],
    [{ fps: '0' }, /^fps is a number from 0\.1 to 240\.$/],
    [{ fps: '-5' }, /^fps is a number from 0\.1 to 240\.$/],
    [{ fps: 'Infinity' }, /^fps is a number from 0\.1 to 240\.$/],
    [{ width: '15' }, /^width is a whole number from 16 to 16384\.$/],
    [{ width: '640.5' }, /^width is a whole number from 16 to 16384\.$/],
    [{ height: '16385' }, /^height is a whole number from 16 to 16384\.$/],
    [{ mode: 'fast' }, /^mode is "auto" or "fixed"\.$/],
    [{ latencyBudgetMs: '19' }, /^latencyBudgetMs is a whole number from 20 to 5000\.$/],
    [{ latencyBudgetMs: '99.5' }, /^latencyBudgetMs is a whole number from 20 to 5000\.$/],
    [{ latencyBudgetMs: ['100', '200'] }, /^latencyBudgetMs is a whole number from 20 to 5000\.$/],
    [{ mode: ['auto', 'fixed'] }, /^mode is "auto" or "fixed"\.$/],
    [{ stream: ['a', 'b'] }, /^stream is one name of at most 64 characters\.$/],
    [{ stream: 'x'.repeat(65) }, /^stream is one name of at most 64 characters\.$/],
  ])('%j is refused: %s', (query, sentence) => {
    expect(() => parseMediaQuery(query)).toThrow(sentence);
    expect(() => parseMediaQuery(query)).toThrow(expect.objectContaining({ code: 'bad-request', status: 400 }));
  });

  it('has an action for viewers of mjpg-streamer', () => {
    expect(parseAction({ action: 'stream' })).toEqual({ wanted: 'stream', index: undefined });
    expect(parseAction({ action: 'snapshot', t: '17' })).toEqual({ wanted: 'snapshot', index: undefined });
    expect(parseAction({ action: 'snapshot_12' })).toEqual({ wanted: 'snapshot', index: 12 });
    expect(parseAction({ stream: 'gate' })).toBeUndefined();
  });

  it.each([['command'], [''], ['stream_'], ['stream_1000'], ['stream_-1'], [['stream', 'snapshot']]])(
    'refuses the action %j',
    action => {
      expect(() => parseAction({ action })).toThrow('action is "stream" or "snapshot", with');
    },
  );
});
