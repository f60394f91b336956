import { expect, it } from 'vitest';
import { refusalOf } from '../../../../client/src/connection/socket/refusal.js';

const URL = 'ws://cam.example:81/ws';

it.each([
  [
    426,
    '{"code":"upgrade-required","message":"No upgrade.","hint":"Pass it on."}',
    'upgrade-required',
    'No upgrade. Pass it on.',
  ],
  [403, '{"code":"origin-refused","message":"Not you.","hint":""}', 'origin-refused', 'Not you.'],
  [400, '{"code":"later","message":"New.","more":1}', 'later', 'New.'],
])('an answer with %i and %s is the server’s own', (status, body, code, reason) => {
  expect(refusalOf(URL, status, body)).toEqual({ code, reason });
});

it.each([
  [404, '<html>Not Found</html>', 'no-websocket'],
  [200, '', 'no-websocket'],
  [400, '{"error":"bad"}', 'no-websocket'],
  [403, '{"code":', 'no-websocket'],
  [502, '<html>Bad Gateway</html>', 'unreachable'],
  [504, '', 'unreachable'],
])('an answer with %i and "%s" is something else’s', (status, body, code) => {
  const reason = `cam.example:81 answers with HTTP ${status}, and not as a Framewire server does.`;
  expect(refusalOf(URL, status, body)).toEqual({ code, reason });
});
