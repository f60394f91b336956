import { describe, expect, it } from 'vitest';
import { creditGiven, creditSpent, hasCredit, NO_CREDIT, type Credit } from '../../../server/src/viewer/credit.js';

/** Sends whatever may be sent, up to so many. @returns how many those were. */
function sendAll(credit: Credit, most = 100): { credit: Credit; sent: number } {
  let [now, sent] = [credit, 0];
  for (; sent < most && hasCredit(now); sent += 1) now = creditSpent(now);
  return { credit: now, sent };
}

describe('the pictures that a viewer may be sent', () => {
  it('are not bounded while it never says next', () => {
    expect(sendAll(NO_CREDIT).sent).toBe(100);
  });

  it('are the first, and one for each next', () => {
    let credit = creditSpent(NO_CREDIT);
    for (let i = 0; i < 20; i += 1) {
      const after = sendAll(creditGiven(credit));
      expect(after.sent).toBe(1);
      credit = after.credit;
    }
  });

  it('wait until it has caught up with those that came before its first next', () => {
    let { credit } = sendAll(NO_CREDIT, 5);
    for (let i = 0; i < 4; i += 1) {
      credit = creditGiven(credit);
      expect(hasCredit(credit)).toBe(false);
    }
    expect(sendAll(creditGiven(credit)).sent).toBe(1);
  });

  it('are more for one that says next in advance, as over a long path', () => {
    const ahead = creditGiven(creditGiven(NO_CREDIT));
    expect(sendAll(ahead).sent).toBe(3);
  });

  it('stay bounded for one that says next too often', () => {
    let credit = NO_CREDIT;
    for (let i = 0; i < 1000; i += 1) credit = creditGiven(credit);
    expect(sendAll(credit).sent).toBe(17);
  });
});
