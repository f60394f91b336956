import { describe, expect, it } from 'vitest';
import { Emitter } from '../../client/src/emitter.js';

interface Events {
  number: number;
  text: string;
}

describe('Emitter', () => {
  it('tells each listener of its event, until it is removed', () => {
    const emitter = new Emitter<Events>();
    const seen: (number | string)[] = [];
    const off = emitter.on('number', value => seen.push(value));
    emitter.on('text', value => seen.push(value));
    emitter.emit('number', 1);
    emitter.emit('text', 'a');
    off();
    off();
    emitter.emit('number', 2);
    expect(seen).toEqual([1, 'a']);
  });

  it('goes on to the next listener when one throws, and lets the mistake be seen', async () => {
    const emitter = new Emitter<Events>();
    const seen: number[] = [];
    emitter.on('number', () => {
      throw new Error('mistake of the listener');
    });
    emitter.on('number', value => seen.push(value));
    // The test runner listens too, and would count it as a failure of the run.
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    try {
      const uncaught = new Promise<Error>(resolve => process.once('uncaughtException', resolve));
      emitter.emit('number', 1);
      expect(seen).toEqual([1]);
      expect((await uncaught).message).toBe('mistake of the listener');
    } finally {
      listeners.forEach(listener => process.on('uncaughtException', listener));
    }
  });
});
