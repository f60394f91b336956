import { createRequire } from 'node:module';
import type * as koffi from 'koffi';

/** Not by `import`, which here would be an `await` at the top (load-one-by-one.ts). */
const load: (name: 'koffi') => typeof koffi = createRequire(import.meta.url);

const library = loadLibrary();

function loadLibrary() {
  if (process.platform !== 'linux') return undefined;
  try {
    return load('koffi').load(null);
  } catch {
    return undefined;
  }
}

/**
 * A function of libc that Node does not offer, through koffi, which is optional. It reports failures as in C, by what it
 * returns.
 *
 * @param prototype as in C: `int getsockopt(int, int, int, void *, void *)`.
 * @returns undefined without koffi, on other systems than Linux, and where the C library lacks it.
 */
export function libcFunction(prototype: string) {
  try {
    return library?.func(prototype);
  } catch {
    return undefined;
  }
}
