import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Loads a module and all that it imports, one file after the other, which `import` then finds loaded. `import` itself opens
 * as many at once as a module names, 64 in one case, and where a process may not open so many it fails for good: Node 20
 * remembers failures too. None of the modules may have an `await` at its top.
 *
 * @param url of a file. @throws whatever a module throws; an error with the code EMFILE when there are too few descriptors all the same.
 */
export function loadOneByOne(url: URL): void {
  createRequire(url)(fileURLToPath(url));
}
