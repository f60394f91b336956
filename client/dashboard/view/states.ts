import type { ViewStatus } from '@framewire/client/element';
import { durationText } from '../figures.js';
import type { ViewFacts } from './view-facts.js';

/** `ok`: pictures come; `busy`: wait a moment; `warn`: wait longer; `bad`: somebody should look; `off`: as wanted. */
export type Tone = 'ok' | 'busy' | 'warn' | 'bad' | 'off';

/**
 * What is said about a view: a word beside a dot, and, when there is more to say, a title with a sentence or two.
 * A detail without a title is a few words that stand beside the word.
 */
export interface Words {
  tone: Tone;
  word: string;
  title: string;
  detail: string;
  /** `old`: it stands still and must not pass for a live one; `none`: what is drawn, if anything, is no picture. */
  picture: 'good' | 'old' | 'none';
  /** What people may do about it, in this order. */
  waysOut?: readonly WayOut[];
}

/**
 * `again`: to try at once what is tried again by itself; `plain`: the stream without this page; `streams`: another;
 * `sign-in`: with another token; `trust`: iPhones open no WebSocket to a certificate that they do not trust, although they
 * show the page.
 */
export type WayOut = 'again' | 'plain' | 'streams' | 'sign-in' | 'trust';

/** After this long without a connection the server is called gone: a restart takes less. */
const GONE_AFTER_MS = 10_000;
/** So many pictures, but at least so long, must fail to come before anybody is told: figures come once a second. */
const MISSED_PICTURES = 3;
const SILENT_AFTER_MS = 2500;

const NO_ANSWER = {
  ...old('bad', 'No answer', 'The server does not answer', 'Trying again every few seconds.'),
  waysOut: ['again'],
} as const satisfies Words;

/** What is said in place of a view, when no stream is known. @param failingForMs as for `serverWords` */
export function emptyWords(isListKnown: boolean, failingForMs: number | null): Words {
  if (isListKnown) {
    return words('off', 'No streams', 'No streams', 'The server has no source yet. It can be started with several.');
  }
  return failingForMs === null ? words('busy', 'Connecting', 'Connecting…', 'to the server.') : NO_ANSWER;
}

/** @param isOnline whether this device has a network, as far as its browser knows */
export function viewWords(facts: ViewFacts, now: number, isOnline = true): Words {
  const { status, stream } = facts;
  switch (status.state) {
    case 'connecting':
      return words('busy', 'Connecting', 'Connecting…', 'to the server.');
    case 'starting':
      return words('busy', 'Starting', `Starting ${stream}…`, 'Waiting for its first picture.');
    case 'live':
      return liveWords(facts, now, isOnline);
    case 'failing':
      return words('bad', 'No pictures', '', 'for the reason shown');
    case 'paused':
      return status.by === 'hidden'
        ? words('off', 'Out of view')
        : words('off', 'Paused', '', `for ${durationText(now - facts.since)}`);
    case 'lost': {
      // The server draws the reason too, as a picture for those who have no page around it.
      const detail = `${sentence(status.reason)} The server tries again by itself.`;
      return { ...words('bad', 'Lost', `${stream} is lost`, detail), picture: 'none' };
    }
    case 'fallback':
      return { ...words('warn', 'Plain video', 'No live connection', sentence(status.reason)), waysOut: ['trust'] };
    case 'reconnecting':
      return reconnectingWords(facts, status, now);
    case 'failed':
      return failedWords(stream, status);
  }
}

/** What is said about the server itself, by how its list of streams answers; `word` is empty while it does. */
export function serverWords(
  server: string | null,
  failingForMs: number | null,
): { tone: Tone; word: string; text: string } {
  if (failingForMs === null) {
    return server === null
      ? { tone: 'busy', word: 'Connecting', text: 'Connecting…' }
      : { tone: 'ok', word: '', text: server };
  }
  return failingForMs < GONE_AFTER_MS
    ? { tone: 'warn', word: 'No answer', text: 'No answer' }
    : { tone: 'bad', word: 'Server gone', text: `Gone for ${durationText(failingForMs)}` };
}

function liveWords({ pictureAt, pictureEveryMs }: ViewFacts, now: number, isOnline: boolean): Words {
  const ageMs = pictureAt === null ? 0 : now - pictureAt;
  if (ageMs <= Math.max(SILENT_AFTER_MS, MISSED_PICTURES * pictureEveryMs)) return words('ok', 'Live');
  const why = isOnline ? 'The connection may be broken.' : 'This device is offline.';
  return old('warn', 'Frozen', 'No new pictures', `This one is ${durationText(ageMs)} old. ${why}`);
}

function reconnectingWords(
  { since, pictureAt }: ViewFacts,
  { reason, code }: Extract<ViewStatus, { state: 'reconnecting' }>,
  now: number,
): Words {
  const age = pictureAt === null ? '' : ` The picture is ${durationText(now - pictureAt)} old.`;
  const detail = `${sentence(reason)}${age}`;
  if (code === 'server-full') return old('warn', 'Server full', 'The server is full', detail);
  const said =
    now - since < GONE_AFTER_MS
      ? old('warn', 'Reconnecting', 'Reconnecting…', detail)
      : old('bad', 'Server gone', 'The server is gone', `${detail} Trying again every few seconds.`);
  return { ...said, waysOut: ['again'] };
}

function failedWords(stream: string, { code, reason, hint }: Extract<ViewStatus, { state: 'failed' }>): Words {
  switch (code) {
    case 'unknown-stream':
      // The server's reason says the same as the title.
      return { ...old('bad', 'Failed', `There is no stream “${stream}”`, 'There are:'), waysOut: ['streams'] };
    case 'token-missing':
    case 'token-wrong':
    case 'token-expired':
    case 'role-missing':
      return { ...old('bad', 'Not allowed', 'Another token is needed', sentences(reason, hint)), waysOut: ['sign-in'] };
    case 'no-worker':
      // The dashboard may have one, so it could not be fetched.
      return NO_ANSWER;
    case 'unsupported': {
      const detail = 'It has no workers. Plain video works, without figures.';
      return { ...old('bad', 'Failed', 'This browser cannot show the live picture', detail), waysOut: ['plain'] };
    }
    default: {
      const said = old('bad', 'Failed', `${stream} cannot be shown`, sentences(reason, hint));
      return { ...said, waysOut: ['plain', 'streams'] };
    }
  }
}

function words(tone: Tone, word: string, title = '', detail = ''): Words {
  return { tone, word, title, detail, picture: 'good' };
}

function old(tone: Tone, word: string, title: string, detail: string): Words {
  return { tone, word, title, detail, picture: 'old' };
}

function sentences(...texts: (string | undefined)[]): string {
  return texts
    .filter(text => text !== undefined && text !== '')
    .map(text => sentence(text ?? ''))
    .join(' ');
}

/** Reasons come from programs: with or without a full stop. */
function sentence(text: string): string {
  const trimmed = text.trim();
  return trimmed === '' || /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
