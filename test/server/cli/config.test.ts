import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../server/src/cli/config.js';

const streamsOf = (...source: readonly string[]) => parseConfig({ source }).streams;
const namesOf = (...source: readonly string[]) => streamsOf(...source).map(({ name }) => name);

describe('names of streams', () => {
  it('follow from the source, or are given', () => {
    expect(namesOf('camera', '/dev/video0', 'films/Yard at Night.mp4', 'rtsp://cam-2.lan:554/live', 'x=test')).toEqual([
      'camera',
      'video0',
      'yard-at-night',
      'cam-2-lan',
      'x',
    ]);
  });

  it.each([
    ['front door=test', 'front door'],
    ['Küche=test', 'Küche'],
    // The same letter in two parts, as macOS writes it.
    ['Ku\u0308che=test', 'Küche'],
    ['玄関=test', '玄関'],
    ['Вход 2=test', 'Вход 2'],
    ['v1.2 (old)=test', 'v1.2 (old)'],
    [' gate =test', 'gate'],
    ['films/Küche bei Nacht.mp4', 'küche-bei-nacht'],
    ['http://gate.lan/video?a=b', 'gate-lan'],
    ['./a=b.mp4', 'a-b'],
    ['films/a=b.mp4', 'a-b'],
    ['opencv:films/a=b.mp4', 'a-b'],
  ])('%s is named %s', (text, name) => {
    expect(namesOf(text)).toEqual([name]);
  });

  it('do not stand in front of a file whose own name has a = in it', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'framewire-'));
    const before = process.cwd();
    try {
      process.chdir(folder);
      writeFileSync('gate=yard.mp4', '');
      expect(streamsOf('gate=yard.mp4')).toMatchObject([{ name: 'gate-yard', spec: { kind: 'file' } }]);
      expect(streamsOf('gate=other.mp4')).toMatchObject([{ name: 'gate', spec: { kind: 'file' } }]);
    } finally {
      process.chdir(before);
      rmSync(folder, { recursive: true });
    }
  });

  it('are made different where they follow from sources that are alike, and never change when they are given', () => {
    expect(namesOf('test', 'test', 'test', 'test-2=test')).toEqual(['test', 'test-3', 'test-4', 'test-2']);
  });

  it('stay as short as a viewer may ask for', () => {
    const file = `${'n'.repeat(64)}.mp4`;
    const names = namesOf(file, file, file);
    expect(new Set(names).size).toBe(3);
    expect(names.filter(({ length }) => length > 64)).toEqual([]);
  });

  it.each([
    [['gate=test', 'gate=camera'], 'Two sources are named "gate".'],
    [[`${'n'.repeat(65)}=test`], 'A name has at most 64 characters, and "nnnnnnnnnnnnnnnnnnnn…" has 65.'],
    [['front/door=test'], '"front/door" cannot be a name.'],
    [['=test'], 'A name is empty.'],
  ])('%j are refused', (sources, sentence) => {
    expect(() => namesOf(...sources)).toThrow(sentence);
  });
});
