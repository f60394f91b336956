import { encodeClockPong } from '@framewire/shared/clock';
import { encodeFrameHeader, type FrameHeader } from '@framewire/shared/frame-header';
import { describe, expect, it } from 'vitest';
import { Receiver } from '../../../client/src/connection/receiver.js';
import { seededRandom } from '../../support/random.js';

const HEADER: FrameHeader = {
  codec: 'jpeg',
  key: true,
  discardable: true,
  placeholder: false,
  stream: 3,
  rendition: 1,
  seq: 7,
  payloadBytes: 5,
  capturedAt: 123.5,
  encodeUs: 2500,
  width: 640,
  height: 360,
  refSeq: 0,
};
const PAYLOAD = new Uint8Array([0xff, 0xd8, 1, 2, 3]);

const header = (fields: Partial<FrameHeader> = {}): Uint8Array<ArrayBuffer> =>
  new Uint8Array(encodeFrameHeader({ ...HEADER, ...fields }));

describe('Receiver', () => {
  it('makes a frame of a header and the payload that follows', () => {
    const receiver = new Receiver();
    expect(receiver.receive(header(), 100)).toEqual({ type: 'header' });
    expect(receiver.receive(PAYLOAD, 104)).toEqual({
      type: 'frame',
      arrival: { header: HEADER, payload: PAYLOAD, receivedAt: 104, payloadMs: 4, held: 'none', heldMs: 0 },
    });
  });

  it('says what of a frame a busy thread may have held up', () => {
    const held = (headerMs: number, payloadMs: number): unknown => {
      const receiver = new Receiver();
      receiver.receive(header(), 100, headerMs);
      return receiver.receive(PAYLOAD.slice(), 104, payloadMs);
    };
    expect(held(0, 0)).toMatchObject({ arrival: { held: 'none', heldMs: 0 } });
    expect(held(50, 0)).toMatchObject({ arrival: { held: 'header', heldMs: 0 } });
    expect(held(50, 54)).toMatchObject({ arrival: { held: 'payload', heldMs: 54 } });
    expect(held(0, 4)).toMatchObject({ arrival: { held: 'payload', heldMs: 4 } });
  });

  it('does not copy the payload', () => {
    const receiver = new Receiver();
    receiver.receive(header(), 0);
    const received = receiver.receive(PAYLOAD, 0);
    expect(received.type === 'frame' && received.arrival.payload).toBe(PAYLOAD);
  });

  it('takes clock samples between frames', () => {
    const receiver = new Receiver();
    const pong = { sentAt: 1, serverReceivedAt: 2, serverSentAt: 3 };
    expect(receiver.receive(new Uint8Array(encodeClockPong(pong)), 4)).toEqual({ type: 'pong', pong });
  });

  it('takes a payload of the size of a header for a payload', () => {
    const receiver = new Receiver();
    receiver.receive(header({ payloadBytes: 40 }), 0);
    expect(receiver.receive(header({ seq: 9 }), 1)).toMatchObject({ type: 'frame', arrival: { header: { seq: 7 } } });
  });

  it('goes on with the next header when a payload never comes', () => {
    const receiver = new Receiver();
    receiver.receive(header({ seq: 1 }), 0);
    expect(receiver.receive(header({ seq: 2 }), 1)).toEqual({ type: 'header' });
    expect(receiver.receive(PAYLOAD, 3)).toMatchObject({
      type: 'frame',
      arrival: { header: { seq: 2 }, payloadMs: 2 },
    });
  });

  it('leaves out a payload of another size than announced, and goes on with the next frame', () => {
    const receiver = new Receiver();
    receiver.receive(header(), 0);
    const reason = 'Frame 7 was announced with 5 bytes and came with 3.';
    expect(receiver.receive(PAYLOAD.subarray(0, 3), 1)).toEqual({ type: 'bad', reason });
    receiver.receive(header({ seq: 8 }), 2);
    expect(receiver.receive(PAYLOAD, 3)).toMatchObject({ type: 'frame', arrival: { header: { seq: 8 } } });
  });

  it('takes a frame without bytes for what it is', () => {
    const receiver = new Receiver();
    receiver.receive(header({ payloadBytes: 0 }), 0);
    expect(receiver.receive(new Uint8Array(0), 1)).toMatchObject({ type: 'frame' });
  });

  it.each([
    ['nothing', new Uint8Array(0), /0 bytes that starts with nothing/],
    ['a payload without a header', PAYLOAD, /starts with 255/],
    ['a short header', header().subarray(0, 39), /has 40 bytes .*this one has 39/],
    ['a header of another version', header().fill(2, 1, 2), /starts with 1, 1 .*starts with 1, 2/],
    ['a header with an unknown codec', header().fill(9, 2, 3), /Codec 9 is unknown/],
    ['a short clock sample', new Uint8Array([3, 0, 0]), /32 bytes/],
  ])('says what is wrong with %s', (_, message, reason) => {
    const received = new Receiver().receive(message, 0);
    expect(received.type === 'bad' && received.reason).toMatch(reason);
  });

  it('survives 20,000 broken messages and still receives', () => {
    const random = seededRandom(20);
    const receiver = new Receiver();
    const whole = [
      header(),
      PAYLOAD,
      new Uint8Array(encodeClockPong({ sentAt: 1, serverReceivedAt: 2, serverSentAt: 3 })),
    ];
    const seen = new Map<string, number>();
    for (let i = 0; i < 20_000; i++) {
      const bytes = Uint8Array.from(whole[Math.floor(random() * whole.length)] ?? []);
      const end = random() < 0.3 ? Math.floor(random() * bytes.length) : bytes.length;
      for (let flips = Math.floor(random() * 4); flips > 0; flips--) {
        bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      }
      const { type } = receiver.receive(bytes.subarray(0, end), i);
      seen.set(type, (seen.get(type) ?? 0) + 1);
    }
    expect([...seen.keys()].toSorted()).toEqual(['bad', 'frame', 'header', 'pong']);
    // A header may still wait for its payload; the next one takes its place.
    receiver.receive(header({ seq: 1, payloadBytes: 1 }), 0);
    receiver.receive(header({ seq: 2 }), 0);
    expect(receiver.receive(PAYLOAD, 1)).toMatchObject({ type: 'frame', arrival: { header: { seq: 2 } } });
  });
});
