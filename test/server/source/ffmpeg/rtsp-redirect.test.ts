import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openUrl } from '../../../../server/src/source/ffmpeg/media.js';
import { RawCamera, type Answering } from '../../../support/camera/raw-camera.js';
import { TestHost } from '../../../support/source.js';

const SDP = ['v=0', 'o=- 0 0 IN IP4 0.0.0.0', 's=-', 't=0 0', 'm=video 0 RTP/AVP 26', 'a=control:track1', ''].join(
  '\r\n',
);

const HEADERS: Record<string, readonly string[]> = {
  OPTIONS: ['Public: OPTIONS, DESCRIBE, SETUP, PLAY'],
  DESCRIBE: ['Content-Type: application/sdp', `Content-Length: ${SDP.length}`],
  SETUP: ['Session: 1', 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1'],
  PLAY: ['Session: 1'],
};

/** @param lines the status and the headers. */
function say(socket: Socket, request: string, lines: readonly string[], body = ''): void {
  const cseq = /^CSeq: .*$/m.exec(request)?.[0].trim() ?? '';
  socket.write([`RTSP/1.0 ${lines[0]}`, cseq, ...lines.slice(1), '', body].join('\r\n'));
}

/** Gives everything but pictures, and hangs up. */
const playing: Answering = (socket, request) => {
  const method = request.split(' ')[0] ?? '';
  say(socket, request, ['200 OK', ...(HEADERS[method] ?? [])], method === 'DESCRIBE' ? SDP : '');
  if (method === 'PLAY') socket.end();
};

const redirecting =
  (location: string): Answering =>
  (socket, request) => {
    if (/^\w+ \S+\/there/.test(request)) playing(socket, request);
    else say(socket, request, ['302 Found', `Location: ${location}`]);
  };

const open = ({ port }: RawCamera) => openUrl(`rtsp://127.0.0.1:${port}/live`, 'rtsp://camera/live', new TestHost());

describe('a camera that redirects by RTSP', () => {
  it.each(['127.0.0.2', 'localhost'])('to %s, which is another name of this machine, is refused', async host => {
    await using other = await RawCamera.open(playing, host);
    await using camera = await RawCamera.open(redirecting(`rtsp://${host}:${other.port}/there`));
    const refusal: unknown = await open(camera).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'source-denied' });
    expect(String(refusal)).toMatch(/rtsp:..camera.live redirects to (127\.0\.0\.[12]|::1), which is this machine/);
    // FFmpeg has followed, and that is what is judged.
    expect(other.requests.length).toBeGreaterThan(0);
  });

  it('within its host is followed', async () => {
    await using camera = await RawCamera.open(playing);
    camera.answer = redirecting(`rtsp://127.0.0.1:${camera.port}/there`);
    await (await open(camera)).close();
    expect(camera.requests.some(request => request.startsWith('PLAY'))).toBe(true);
  });
});
