import { describe, expect, it } from 'vitest';
import { watchSettings } from '../../../client/src/view/attributes.js';

const settings = (attributes: Record<string, string>): ReturnType<typeof watchSettings> =>
  watchSettings(name => attributes[name] ?? null);

/** What is asked for where no attribute says anything. */
const NOTHING = { maxWidth: null, maxHeight: null, fps: null, mode: 'auto', latencyBudgetMs: 100 };

describe('watchSettings', () => {
  it("asks for the server's defaults without attributes", () => {
    expect(settings({})).toEqual({ watch: NOTHING, problems: [] });
  });

  it('takes every attribute', () => {
    const attributes = {
      stream: 'gate',
      quality: ' 60 ',
      'max-width': '640',
      'max-height': '480',
      fps: '7.5',
      mode: 'fixed',
      'latency-budget': '250',
    };
    expect(settings(attributes)).toEqual({
      watch: {
        ...{ stream: 'gate', quality: 60, maxWidth: 640, maxHeight: 480, fps: 7.5 },
        ...{ mode: 'fixed', latencyBudgetMs: 250 },
      },
      problems: [],
    });
  });

  it('knows the quality of the source', () => {
    expect(settings({ quality: 'source' }).watch.quality).toBe('source');
  });

  it('takes an empty attribute for an absent one', () => {
    expect(settings({ stream: '', quality: '', fps: ' ' }).watch).toEqual(settings({}).watch);
  });

  it('leaves out what is no number, and says so', () => {
    const { watch, problems } = settings({ quality: 'high', fps: 'NaN', 'max-width': '320', mode: 'fast' });
    expect(watch).toEqual({ ...NOTHING, maxWidth: 320 });
    expect(problems).toEqual([
      'quality="high" is no number.',
      'fps="NaN" is no number.',
      'mode="fast" is neither "auto" nor "fixed".',
    ]);
  });

  it('leaves it to the server what a number may be', () => {
    expect(settings({ quality: '500' })).toMatchObject({ watch: { quality: 500 }, problems: [] });
  });
});
