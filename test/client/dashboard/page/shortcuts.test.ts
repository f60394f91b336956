import { describe, expect, test } from 'vitest';
import { actionFor, SHORTCUTS, type Key } from '../../../../client/dashboard/page/shortcuts.js';

const press = (key: string, modifiers: Partial<Key> = {}): Key => ({
  key,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  ...modifiers,
});

describe('shortcuts', () => {
  test.each([
    [' ', { do: 'pause' }],
    ['f', { do: 'fullscreen' }],
    ['F', { do: 'fullscreen' }],
    ['s', { do: 'save' }],
    ['g', { do: 'grid' }],
    ['?', { do: 'help' }],
    ['ArrowLeft', { do: 'previous' }],
    ['ArrowRight', { do: 'next' }],
    ['1', { do: 'stream', index: 0 }],
    ['9', { do: 'stream', index: 8 }],
    ['r', { do: 'turn' }],
    ['+', { do: 'zoom', steps: 1 }],
    ['-', { do: 'zoom', steps: -1 }],
    ['0', { do: 'zoom', steps: 'reset' }],
  ])('answer to %j', (key, action) => {
    expect(actionFor(press(key), 'none')).toEqual(action);
  });

  test.each(['x', 'q', 'Enter', 'Tab', 'Escape', 'ArrowUp', 'F5'])('leave %s alone', key => {
    expect(actionFor(press(key), 'none')).toBeNull();
  });

  test('leave keys with a modifier to the browser', () => {
    expect(actionFor(press('s', { ctrlKey: true }), 'none')).toBeNull();
    expect(actionFor(press('s', { metaKey: true }), 'none')).toBeNull();
    expect(actionFor(press('ArrowLeft', { altKey: true }), 'none')).toBeNull();
  });

  test('leave space to a focused button, and arrows to a focused slider', () => {
    expect(actionFor(press(' '), 'press')).toBeNull();
    expect(actionFor(press('ArrowRight'), 'press')).toEqual({ do: 'next' });
    expect(actionFor(press('ArrowRight'), 'move')).toBeNull();
    expect(actionFor(press('2'), 'move')).toEqual({ do: 'stream', index: 1 });
  });

  test('leave every key to a focused list, whose entries are found by typing', () => {
    expect([' ', 'ArrowLeft', '2', 's', '?'].map(key => actionFor(press(key), 'all'))).toEqual(Array(5).fill(null));
  });

  test('are all listed in the help', () => {
    const names: Record<string, string> = { Space: ' ', '←': 'ArrowLeft', '→': 'ArrowRight' };
    const listed = SHORTCUTS.flatMap(({ keys }) => keys.filter(key => key !== '…'));
    expect(listed.map(key => actionFor(press(names[key] ?? key), 'none'))).not.toContain(null);
    expect(new Set(SHORTCUTS.map(({ what }) => what)).size).toBe(SHORTCUTS.length);
  });
});
