import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../server/src/cli/config.js';

const namesOf = (...source: readonly string[]) => parseConfig({ source }).streams.map(({ name }) => name);

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

  it('are made different where they are alike', () => {
    expect(namesOf('test', 'test', 'test', 'test-2=test')).toEqual(['test', 'test-2', 'test-3', 'test-2-2']);
  });

  it('stay as short as a viewer may ask for', () => {
    const name = 'n'.repeat(64);
    const names = namesOf(`${name}=test`, `${name}=test`, `${name}=test`);
    expect(new Set(names).size).toBe(3);
    expect(names.filter(({ length }) => length > 64)).toEqual([]);
  });
});
