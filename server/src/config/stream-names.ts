import { existsSync } from 'node:fs';
import { FramewireError } from '../errors.js';

/** What viewers may ask for at most, UTF-16 units. */
const LONGEST = 64;

/** Words of any script. What paths, URLs and their queries are written with does not stand in a name. */
const NAME = /^[^\p{Cc}/\\:?&%"<>=]+$/u;

/** A source beyond doubt, so that what stands before it was meant as a name. */
const SOURCE = /^(test$|camera$|\/dev\/|opencv:|[a-z]+:\/\/)/;

/**
 * `gate=/dev/video0` names what follows: `name` is undefined where nothing is named. A file whose whole name has a `=` in
 * it is that file, and whoever wants to be sure writes `./` in front.
 *
 * @throws FramewireError bad-option for what cannot be a name.
 */
export function splitName(text: string): { name: string | undefined; rest: string } {
  const at = text.indexOf('=');
  const unnamed = { name: undefined, rest: text };
  if (at < 0 || /^[a-z][a-z0-9+.-]*:/i.test(text) || existsSync(text)) return unnamed;
  const name = cleanName(text.slice(0, at));
  const rest = text.slice(at + 1);
  const reason = refusedName(name);
  if (reason === undefined) return { name, rest };
  if (!NAME.test(name) && !SOURCE.test(rest)) return unnamed;
  throw new FramewireError('bad-option', `The name "${name.slice(0, 20)}" ${reason}.`, 'Give it another name.');
}

/** One spelling of each name, whatever the keyboard or file system makes of accents (Unicode TR 15). */
export function cleanName(text: string): string {
  return text.trim().normalize('NFC');
}

/** @param name as `cleanName` has it. @returns why it cannot name a stream, as a sentence without its subject. */
export function refusedName(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (!NAME.test(name)) return 'has one of these, which no name may have: / \\ : ? & % " < > =';
  return name.length <= LONGEST ? undefined : `has ${name.length} characters; at most ${LONGEST} are possible`;
}

interface Named {
  name: string;
  /** By the user; else it follows from the source. */
  isGiven: boolean;
}

/**
 * Makes names of streams different where they follow from the sources.
 *
 * @throws FramewireError bad-option when two were given the same.
 */
export function nameApart<Stream extends Named>(streams: readonly Stream[]): Stream[] {
  const given = streams.filter(({ isGiven }) => isGiven).map(({ name }) => name);
  const twice = given.find((name, i) => given.indexOf(name) < i);
  if (twice !== undefined) {
    throw new FramewireError('bad-option', `Two sources are named "${twice}".`, 'Give each a name of its own.');
  }
  const taken = new Set(given);
  return streams.map(stream => {
    if (stream.isGiven) return stream;
    const name = firstFree(stream.name, taken);
    taken.add(name);
    return { ...stream, name };
  });
}

function firstFree(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let n = 2; taken.has(name); n += 1) name = `${wanted.slice(0, LONGEST - 6)}-${n}`;
  return name;
}
