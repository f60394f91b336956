import type { Point } from './driven-page.js';

/**
 * What a user's hand does, as both WebDriver and WebDriver BiDi take it (W3C WebDriver, 17.5; their sources of input are
 * the same on purpose).
 */
export function clickActions({ x, y }: Point): object[] {
  const actions = [
    { type: 'pointerMove', x: Math.round(x), y: Math.round(y), duration: 0, origin: 'viewport' },
    { type: 'pointerDown', button: 0 },
    { type: 'pointerUp', button: 0 },
  ];
  return [{ type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions }];
}

/** @param key as of `DrivenPage.press` */
export function keyActions(key: string): object[] {
  const actions = [
    { type: 'keyDown', value: key },
    { type: 'keyUp', value: key },
  ];
  return [{ type: 'key', id: 'keyboard', actions }];
}
