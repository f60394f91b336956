import { BadMessageError } from '@framewire/shared/bad-message';
import { decodeAck, encodeAck, type Ack } from '@framewire/shared/ack';
import { describe, expect, it } from 'vitest';
import { describeBinaryFormat } from './binary-format.js';

describeBinaryFormat('acknowledgement', {
  vectors: 'ack.json',
  encode: encodeAck,
  decode: decodeAck,
  error: BadMessageError,
});

describe('encodeAck', () => {
  it('sends counts that do not fit as 255', () => {
    const ack = decodeAck(encodeAck({ ...decodeAck(encodeAck(SOME)), decodeQueue: 256, clientDropped: 100_000 }));
    expect(ack).toMatchObject({ decodeQueue: 255, clientDropped: 255 });
  });
});

const SOME: Ack = {
  hidden: false,
  decodeError: false,
  needsKey: false,
  held: 'none',
  decodeQueue: 0,
  clientDropped: 0,
  seq: 1,
  receivedAt: 1,
  payloadMs: 1,
  drawnSeq: 0,
  drawLagMs: 0,
};
