import { BadMessageError } from '@framewire/shared/bad-message';
import { decodeClockPing, decodeClockPong, encodeClockPing, encodeClockPong } from '@framewire/shared/clock';
import { describeBinaryFormat } from './binary-format.js';

describeBinaryFormat('clock ping', {
  vectors: 'clock-ping.json',
  encode: ({ sentAt }: { sentAt: number }) => encodeClockPing(sentAt),
  decode: bytes => ({ sentAt: decodeClockPing(bytes) }),
  error: BadMessageError,
});

describeBinaryFormat('clock pong', {
  vectors: 'clock-pong.json',
  encode: encodeClockPong,
  decode: decodeClockPong,
  error: BadMessageError,
});
