import { describe, expect, it } from 'vitest';
import { statusText } from '../../../client/src/view/status-text.js';
import { isPlainHttpOnly, viewStatus, type ViewFacts } from '../../../client/src/pipeline/view-status.js';

const OPEN: ViewFacts = {
  connection: { state: 'open' },
  source: { state: 'live' },
  flow: { isPaused: false, isHidden: false },
  drawn: 'picture',
  refusal: undefined,
  hasFeed: false,
};
const RECONNECTING = { state: 'reconnecting', attempt: 2, retryInMs: 900, code: 'x', reason: 'Gone.' } as const;
const NO_UPGRADE = { ...RECONNECTING, code: 'upgrade-required', reason: 'No upgrade.' } as const;
const LOST = { state: 'lost', code: 'unplugged', reason: 'The camera was unplugged.' } as const;
const REFUSAL = { code: 'unknown-stream', message: 'There is no such stream.', hint: 'There is: gate.' };

describe('viewStatus', () => {
  it.each<[string, Partial<ViewFacts>, object]>([
    ['live with a picture', {}, { state: 'live' }],
    ['starting before the first picture', { drawn: 'nothing' }, { state: 'starting' }],
    ['starting while the source starts', { drawn: 'nothing', source: { state: 'starting' } }, { state: 'starting' }],
    ['starting before anything is known', { drawn: 'nothing', source: undefined }, { state: 'starting' }],
    ['failing when there is a picture that says so', { drawn: 'placeholder' }, { state: 'failing' }],
    ['starting after a loss', { drawn: 'placeholder', source: { state: 'starting' } }, { state: 'starting' }],
    ['lost, with the reason', { source: LOST }, LOST],
    ['lost, with a picture that says so', { source: LOST, drawn: 'placeholder' }, LOST],
    ['paused by the page', { flow: { isPaused: true, isHidden: true } }, { state: 'paused', by: 'page' }],
    ['paused because hidden', { flow: { isPaused: false, isHidden: true } }, { state: 'paused', by: 'hidden' }],
    [
      'paused although lost',
      { flow: { isPaused: true, isHidden: false }, source: LOST },
      { state: 'paused', by: 'page' },
    ],
    ['connecting', { connection: { state: 'connecting' }, drawn: 'nothing' }, { state: 'connecting' }],
    ['reconnecting, whatever else', { connection: RECONNECTING, source: LOST, refusal: REFUSAL }, RECONNECTING],
    [
      'the fallback while pictures come by plain HTTP',
      { connection: NO_UPGRADE, hasFeed: true },
      { state: 'fallback', code: 'upgrade-required', reason: 'No upgrade.' },
    ],
    ['reconnecting while they do not come', { connection: NO_UPGRADE }, NO_UPGRADE],
    [
      'paused by the page where that is all there is',
      { connection: NO_UPGRADE, flow: { isPaused: true, isHidden: false } },
      { state: 'paused', by: 'page' },
    ],
    [
      'failed when the server refused the subscription',
      { refusal: REFUSAL },
      { state: 'failed', code: 'unknown-stream', reason: REFUSAL.message, hint: REFUSAL.hint },
    ],
    [
      'failed when the connection is closed for good',
      { connection: { state: 'closed', code: 'refused', reason: 'No.' } },
      { state: 'failed', code: 'refused', reason: 'No.', hint: undefined },
    ],
  ])('is %s', (_, facts, expected) => {
    expect(viewStatus({ ...OPEN, ...facts })).toEqual(expected);
  });
});

describe('isPlainHttpOnly', () => {
  it.each([
    ['not at the first failure: the server may have come back just then', { ...NO_UPGRADE, attempt: 1 }, false],
    ['when no upgrade gets through', NO_UPGRADE, true],
    ['when the page is refused', { ...NO_UPGRADE, code: 'origin-refused' }, true],
    ['when something else answers', { ...NO_UPGRADE, code: 'no-websocket' }, true],
    ['not when nobody answers', { ...NO_UPGRADE, code: 'unreachable' }, false],
    ['not when the server is full', { ...NO_UPGRADE, code: 'server-full' }, false],
    ['not while a WebSocket is open', { state: 'open' } as const, false],
  ])('%s', (_, connection, expected) => {
    expect(isPlainHttpOnly(connection)).toBe(expected);
  });
});

describe('statusText', () => {
  it.each<[Parameters<typeof statusText>[0], string]>([
    [{ state: 'connecting' }, 'Connecting…'],
    [{ state: 'starting' }, 'Starting…'],
    [{ state: 'live' }, 'Live'],
    [{ state: 'failing' }, 'No picture, for the reason shown.'],
    [{ state: 'paused', by: 'page' }, 'Paused'],
    [{ state: 'paused', by: 'hidden' }, ''],
    [LOST, 'No picture. The camera was unplugged.'],
    [{ ...RECONNECTING, code: 'connection-lost', reason: 'x' }, 'Connection lost.'],
    [{ ...RECONNECTING, code: 'server-stopped', reason: 'The server was stopped.' }, 'The server was stopped.'],
    [{ ...RECONNECTING, code: 'unreachable', reason: 'host:1 cannot be reached.' }, 'host:1 cannot be reached.'],
    [{ state: 'fallback', code: 'upgrade-required', reason: 'No upgrade.' }, 'No upgrade.'],
    [{ state: 'failed', code: 'a', reason: 'No.', hint: undefined }, 'No.'],
    [{ state: 'failed', code: 'a', reason: 'No.', hint: 'Do this.' }, 'No. Do this.'],
  ])('says of %j: %s', (status, expected) => {
    expect(statusText(status)).toBe(expected);
  });
});
