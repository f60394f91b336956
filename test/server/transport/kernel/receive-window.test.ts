import { describe, expect, it } from 'vitest';
import { NO_WINDOW, offered, unreadBytes } from '../../../../server/src/transport/kernel/receive-window.js';

const after = (...windows: number[]) => unreadBytes(windows.reduce(offered, NO_WINDOW));

describe('the receive window of the other host', () => {
  it('tells nothing at first, and nothing while it grows', () => {
    expect(unreadBytes(NO_WINDOW)).toBe(0);
    expect(after(65_536)).toBe(0);
    expect(after(65_536, 98_304, 229_376)).toBe(0);
  });

  it('is smaller by what lies unread', () => {
    expect(after(98_304, 68_608)).toBe(29_696);
    expect(after(98_304, 68_608, 38_912)).toBe(59_392);
    expect(after(98_304, 68_608, 98_304)).toBe(0);
  });

  it('may be made smaller for good', () => {
    expect(after(629_760, ...Array<number>(64).fill(65_536))).toBe(0);
  });
});
