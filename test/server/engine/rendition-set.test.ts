import { describe, expect, it, onTestFinished } from 'vitest';
import { RenditionSet } from '../../../server/src/engine/rendition-set.js';
import { RawFrame } from '../../../server/src/frames.js';
import { eventually } from '../../support/eventually.js';
import { HeldPicture, Output, SIZE } from './held-picture.js';

describe('the renditions of an engine', () => {
  function open() {
    const output = new Output();
    const warnings: string[] = [];
    const durations: number[] = [];
    let newest: RawFrame | undefined;
    let seq = 0;
    const set = new RenditionSet({
      output,
      newest: () => newest,
      warning: message => warnings.push(message),
      failed: () => undefined,
      encoded: ms => durations.push(ms),
    });
    const begun = new Set<number>();
    const want = (id: number) => {
      begun.add(id);
      set.want({ id, spec: { codec: 'jpeg', ...SIZE, quality: 30 + id }, streamId: 0 }, Infinity);
    };
    const capture = () => {
      newest?.release();
      const picture = new HeldPicture();
      seq += 1;
      newest = new RawFrame(seq, picture);
      set.offerNewest();
      return picture;
    };
    /** Shows the picture to the next in line, and waits until it is encoded and through. */
    const show = async (picture: HeldPicture) => {
      const { length } = output.frames;
      picture.show();
      await eventually(() => output.frames.length > length, 'frame');
      set.offerAgain();
    };
    onTestFinished(() => {
      for (const id of begun) set.drop(id);
    });
    const encoded = () => output.frames.map(({ header }) => header.rendition);
    return { output, set, want, capture, show, encoded, durations, warnings };
  }

  it('make their first pictures one after the other, and all later ones at once', async () => {
    const { want, capture, show, encoded } = open();
    for (const id of [1, 2, 3]) want(id);
    const first = capture();
    for (const [i, id] of [1, 2, 3].entries()) {
      expect(first.asked).toBe(i + 1);
      await show(first);
      expect(encoded().at(-1)).toBe(id);
    }
    expect(first.asked).toBe(3);
    const second = capture();
    expect(second.asked).toBe(3);
    for (let i = 0; i < 3; i += 1) await show(second);
    expect(new Set(encoded().slice(3))).toEqual(new Set([1, 2, 3]));
  });

  it('have a newcomer wait for the picture that others are making, and not for more', async () => {
    const { want, capture, show, encoded } = open();
    for (const id of [1, 2]) want(id);
    const first = capture();
    for (let i = 0; i < 2; i += 1) await show(first);
    const second = capture();
    want(3);
    expect(second.asked).toBe(2);
    await show(second);
    expect(second.asked).toBe(3);
    for (let i = 0; i < 2; i += 1) await show(second);
    expect(new Set(encoded().slice(3))).toEqual(new Set([2, 3]));
  });

  it('begin nothing that was dropped while it waited, and go on after one that was dropped under way', async () => {
    const { set, want, capture, show, encoded, durations } = open();
    for (const id of [1, 2, 3]) want(id);
    const picture = capture();
    for (const id of [1, 2]) set.drop(id);
    expect(picture.asked).toBe(1);
    picture.show();
    await eventually(() => picture.asked === 2, 'turn of the third');
    await show(picture);
    expect(encoded()).toEqual([3]);
    set.drop(3);
    // The first was under way when it was dropped, and was encoded for nobody.
    expect(durations).toHaveLength(2);
  });

  it('keep nobody waiting behind one that always fails', async () => {
    const { want, capture, encoded, show, warnings } = open();
    want(1);
    const first = capture();
    first.fail('too dark');
    await eventually(() => warnings.length === 1, 'warning');
    const second = capture();
    want(2);
    expect(second.asked).toBe(1);
    second.fail('too dark');
    await eventually(() => second.asked === 2, 'turn of the second');
    await show(second);
    expect(encoded()).toEqual([2]);
  });
});
