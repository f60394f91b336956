import { describe, expect, it } from 'vitest';
import { RawFrame } from '../../server/src/frames.js';
import { FakePicture } from './engine/fake-source.js';

describe('a raw frame', () => {
  it('frees its picture with the last reference, once', () => {
    const picture = new FakePicture(5);
    const frame = new RawFrame(1, picture);
    expect(frame.retain()).toBe(frame);
    frame.retain();
    frame.release();
    frame.release();
    expect(picture.freed).toBe(0);
    frame.release();
    expect(picture.freed).toBe(1);
  });

  it('does not come back, and cannot be released twice', () => {
    const frame = new RawFrame(1, new FakePicture(5));
    frame.release();
    expect(() => frame.retain()).toThrow('A freed raw frame was retained.');
    expect(() => frame.release()).toThrow('A raw frame was released twice.');
  });
});
