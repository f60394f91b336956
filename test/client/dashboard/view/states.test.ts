import { describe, expect, test } from 'vitest';
import type { ViewStatus } from '../../../../client/src/pipeline/view-status.js';
import { emptyWords, serverWords, viewWords, type Words } from '../../../../client/dashboard/view/states.js';
import type { ViewFacts } from '../../../../client/dashboard/view/view-facts.js';

const facts = (status: ViewStatus, more: Partial<ViewFacts> = {}): ViewFacts => ({
  stream: 'gate',
  status,
  since: 100_000,
  pictureAt: 100_000,
  pictureEveryMs: 33,
  received: 1,
  ...more,
});
const said = ({ word, title, detail }: Words): string => [word, title, detail].join(' | ');

const reconnecting: ViewStatus = {
  state: 'reconnecting',
  attempt: 2,
  retryInMs: 2000,
  code: 'connection-lost',
  reason: 'The connection broke',
};

describe('what is said about a view', () => {
  test.each<[ViewStatus, string]>([
    [{ state: 'connecting' }, 'Connecting | Connecting… | to the server.'],
    [{ state: 'starting' }, 'Starting | Starting gate… | Waiting for its first picture.'],
    [{ state: 'live' }, 'Live |  | '],
    [{ state: 'failing' }, 'No pictures |  | for the reason shown'],
    [{ state: 'paused', by: 'page' }, 'Paused |  | for 1 s'],
    [{ state: 'paused', by: 'hidden' }, 'Out of view |  | '],
    [
      { state: 'lost', code: 'gone', reason: 'The camera was unplugged.' },
      'Lost | gate is lost | The camera was unplugged. The server tries again by itself.',
    ],
    [
      { state: 'fallback', code: 'upgrade-required', reason: 'No upgrade has arrived' },
      'Plain video | No live connection | No upgrade has arrived.',
    ],
    [reconnecting, 'Reconnecting | Reconnecting… | The connection broke. The picture is 1 s old.'],
    [
      { state: 'failed', code: 'unknown-stream', reason: 'Not here', hint: 'Try yard' },
      'Failed | There is no stream “gate” | There are:',
    ],
    [
      { state: 'failed', code: 'unsupported', reason: 'No Worker', hint: '<img>' },
      'Failed | This browser cannot show the live picture | It has no workers. Plain video works, without figures.',
    ],
    [
      { state: 'failed', code: 'no-worker', reason: 'No worker.', hint: 'A page with a policy needs another.' },
      'No answer | The server does not answer | Trying again every few seconds.',
    ],
    [
      { state: 'failed', code: 'refused', reason: 'Too many messages.', hint: undefined },
      'Failed | gate cannot be shown | Too many messages.',
    ],
  ])('names the state %j', (status, words) => {
    expect(said(viewWords(facts(status), 101_000))).toBe(words);
  });

  test('calls the server gone when it has not come back for 10 s', () => {
    const words = viewWords(facts(reconnecting), 112_000);
    expect(words.word).toBe('Server gone');
    expect(words.detail).toContain('The picture is 12 s old.');
    expect(viewWords(facts(reconnecting, { pictureAt: null }), 112_000).detail).not.toContain('old');
  });

  test('does not call a full server gone', () => {
    const full: ViewStatus = { ...reconnecting, code: 'server-full', reason: 'It has 100 viewers' };
    expect(said(viewWords(facts(full), 200_000))).toMatch(/^Server full \| The server is full \| It has 100 viewers\./);
  });

  test('calls a picture frozen that says live and has no successor', () => {
    const live: ViewStatus = { state: 'live' };
    expect(viewWords(facts(live), 102_000).word).toBe('Live');
    expect(said(viewWords(facts(live), 104_000))).toMatch(/^Frozen \| No new pictures \| This one is 4 s old\./);
    expect(viewWords(facts(live, { pictureEveryMs: 10_000 }), 120_000).word).toBe('Live');
  });

  test('tells a picture that stands still from a live one, and both from none', () => {
    const picture = (status: ViewStatus): string => viewWords(facts(status), 101_000).picture;
    expect(picture({ state: 'live' })).toBe('good');
    expect(picture({ state: 'paused', by: 'page' })).toBe('good');
    expect(picture(reconnecting)).toBe('old');
    expect(picture({ state: 'lost', code: 'gone', reason: 'x' })).toBe('none');
  });
});

describe('what is said about the server', () => {
  test.each([
    [null, null, { tone: 'busy', word: 'Connecting', text: 'Connecting…' }],
    ['framewire 0.1.0', null, { tone: 'ok', word: '', text: 'framewire 0.1.0' }],
    ['framewire 0.1.0', 2000, { tone: 'warn', word: 'No answer', text: 'No answer' }],
    [null, 12_000, { tone: 'bad', word: 'Server gone', text: 'Gone for 12 s' }],
  ])('named %s and failing for %s ms is %o', (server, failingForMs, words) => {
    expect(serverWords(server, failingForMs)).toEqual(words);
  });

  test('says in place of a picture why there is none', () => {
    expect(emptyWords(false, null).word).toBe('Connecting');
    expect(emptyWords(false, 0).word).toBe('No answer');
    expect(emptyWords(true, null).word).toBe('No streams');
  });
});
