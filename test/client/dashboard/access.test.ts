import { expect, test } from 'vitest';
import { refusalText } from '../../../client/dashboard/access/refusal-text.js';
import { accessText } from '../../../client/dashboard/access/who.js';
import { streamLinks } from '../../../client/dashboard/links/stream-links.js';
import { viewWords } from '../../../client/dashboard/view/states.js';
import { newFacts } from '../../../client/dashboard/view/view-facts.js';

const owner = { guarded: true, user: 'owner', role: 'admin', mayShare: true, expires: null } as const;

test('people read who they are, where that matters', () => {
  expect(accessText(owner)).toBe('You are owner and may do everything.');
  expect(accessText({ ...owner, guarded: false })).toBe('');
  const guest = { ...owner, user: 'a link', role: 'view', expires: '2026-05-01T12:00:00.000Z' } as const;
  expect(accessText(guest)).toMatch(/^You may watch by a link until .*2026.*\.$/);
});

test('each link has the token of a server that wants one', () => {
  const texts = streamLinks('http://host:8080/cams/', 'a"b', 'fs_x').map(({ text }) => text);
  expect(texts).toContain(
    '<script type="module" src="http://host:8080/cams/framewire.js"></script>\n' +
      '<framewire-view stream="a&quot;b" token="fs_x"></framewire-view>',
  );
  expect(texts).toContain('vlc "http://host:8080/cams/video_feed?stream=a%22b&token=fs_x"');
});

test('a refusal is shown in the server’s words', () => {
  expect(refusalText('{"code":"x","message":"No.","hint":"Ask."}')).toBe('No. Ask.');
  expect(refusalText('<html>')).toBe('The server refused that.');
});

test('who needs another token is asked for one', () => {
  const status = {
    state: 'failed',
    code: 'token-expired',
    reason: 'It was valid until noon.',
    hint: undefined,
  } as const;
  const words = viewWords(newFacts('gate', status, 0), 1000);
  expect(words).toMatchObject({ word: 'Not allowed', detail: 'It was valid until noon.', waysOut: ['sign-in'] });
});
