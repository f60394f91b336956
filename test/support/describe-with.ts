import { describe } from 'vitest';
import { missing, type Requirement } from './requires.js';

/** A suite that is skipped, and says so, where one of the packages is missing. */
export function describeWith(packages: readonly Requirement[], name: string, suite: () => void): void {
  const reason = missing(...packages);
  describe.skipIf(reason !== undefined)(reason === undefined ? name : `${name} (${reason})`, () => {
    suite();
  });
}
