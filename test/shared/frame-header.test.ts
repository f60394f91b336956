import { BadMessageError } from '@framewire/shared/bad-message';
import { decodeFrameHeader, encodeFrameHeader } from '@framewire/shared/frame-header';
import { describe, expect, it } from 'vitest';
import { describeBinaryFormat } from './binary-format.js';

describeBinaryFormat('frame header', {
  vectors: 'frame-header.json',
  encode: encodeFrameHeader,
  decode: decodeFrameHeader,
  error: BadMessageError,
});

describe('a wrong frame header', () => {
  it('has a code for programs and says what was wanted and what was found', () => {
    const refuse = (): unknown => decodeFrameHeader(new Uint8Array(39));
    expect(refuse).toThrow(expect.objectContaining({ code: 'bad-message' }));
    expect(refuse).toThrow('this one has 39 and starts with');
  });
});
