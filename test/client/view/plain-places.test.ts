import { expect, it } from 'vitest';
import { leaveFeed, wantFeed } from '../../../client/src/view/plain-places.js';

it('lets three views of a page have a plain feed, and the next when one of them leaves', () => {
  const started: number[] = [];
  const views = [0, 1, 2, 3, 4].map(number => () => void started.push(number));
  views.forEach(wantFeed);
  expect(started).toEqual([0, 1, 2]);
  // One that waits goes without a place to give away.
  for (const number of [4, 1]) leaveFeed(views[number] ?? (() => {}));
  expect(started).toEqual([0, 1, 2, 3]);
  views.forEach(leaveFeed);
  expect(started).toEqual([0, 1, 2, 3]);
});
