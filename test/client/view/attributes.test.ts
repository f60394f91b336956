import { describe, expect, it } from 'vitest';
import { watchSettings } from '../../../client/src/view/attributes.js';

const settings = (
  attributes: Record<string, string>,
  covered?: Parameters<typeof watchSettings>[1],
): ReturnType<typeof watchSettings> => watchSettings(name => attributes[name] ?? null, covered);

/** What is asked for where no attribute says anything. */
const NOTHING = { quality: 75, maxWidth: null, maxHeight: null, fps: null, mode: 'auto', latencyBudgetMs: 100 };

describe('watchSettings', () => {
  it('asks for quality 75 and everything else that there is, without attributes', () => {
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

  it.each([
    ['what is covered', {}, { maxWidth: 448, maxHeight: 256 }],
    ['no more than the page allows', { 'max-width': '320' }, { maxWidth: 320, maxHeight: 256 }],
    [
      'what is covered, if that is less',
      { 'max-width': '1280', 'max-height': '100' },
      { maxWidth: 448, maxHeight: 100 },
    ],
    ["the source's own pixels", { resolution: 'source' }, { maxWidth: null, maxHeight: null }],
    [
      "the source's own, up to a bound",
      { resolution: 'source', 'max-width': '999' },
      { maxWidth: 999, maxHeight: null },
    ],
    ['what is covered, said outright', { resolution: ' auto ' }, { maxWidth: 448, maxHeight: 256 }],
  ])('asks for %s', (_, attributes, bounds) => {
    expect(settings(attributes, { width: 448, height: 256 }).watch).toEqual({ ...NOTHING, ...bounds });
  });

  it('leaves the height to the picture where the page has given none', () => {
    expect(settings({}, { width: 448, height: null }).watch).toEqual({ ...NOTHING, maxWidth: 448 });
  });

  it('takes an empty attribute for an absent one', () => {
    expect(settings({ stream: '', quality: '', fps: ' ' }).watch).toEqual(settings({}).watch);
  });

  it('leaves out what is no number, and says so', () => {
    const { watch, problems } = settings({
      quality: 'high',
      fps: 'NaN',
      'max-width': '320',
      mode: 'fast',
      resolution: '4k',
    });
    expect(watch).toEqual({ ...NOTHING, maxWidth: 320 });
    expect(problems).toEqual([
      'quality="high" is no number.',
      'resolution="4k" is neither "auto" nor "source".',
      'fps="NaN" is no number.',
      'mode="fast" is neither "auto" nor "fixed".',
    ]);
  });

  it('leaves it to the server what a number may be', () => {
    expect(settings({ quality: '500' })).toMatchObject({ watch: { quality: 500 }, problems: [] });
  });
});
