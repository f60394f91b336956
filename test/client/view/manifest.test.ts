import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { FramewireViewElement } from '../../../client/src/element.js';

const named = z.array(z.object({ name: z.string(), fieldName: z.string().optional() }));
const manifest = z.object({
  modules: z.tuple([
    z.object({
      declarations: z.tuple([z.object({ attributes: named, members: named, events: named, cssParts: named })]),
    }),
  ]),
});

const read = (file: string): string => readFileSync(new URL(`../../../client/${file}`, import.meta.url), 'utf8');

const [declaration] = manifest.parse(JSON.parse(read('custom-elements.json'))).modules[0].declarations;

/** Of the element itself and what it is made of, without what every element has. */
function membersOf(prototype: object): string[] {
  const names = Object.getOwnPropertyNames(prototype).filter(name => !/constructor|Callback$|^adopt/.test(name));
  const parent: unknown = Object.getPrototypeOf(prototype);
  return typeof parent === 'object' && parent !== null && parent !== Object.prototype
    ? [...names, ...membersOf(parent)]
    : names;
}

const namesOf = (list: z.infer<typeof named>): string[] => list.map(({ name }) => name).toSorted();

describe('what is written down about <framewire-view>', () => {
  it('names every attribute in custom-elements.json', () => {
    expect(namesOf(declaration.attributes)).toEqual(FramewireViewElement.observedAttributes.toSorted());
  });

  it('names every property and method there', () => {
    const fields = declaration.attributes.flatMap(({ fieldName }) => fieldName ?? []);
    expect([...namesOf(declaration.members), ...fields].toSorted()).toEqual(
      membersOf(FramewireViewElement.prototype).toSorted(),
    );
  });

  it('names all of it in the README of the package as well, and in the types for React', () => {
    const readme = read('README.md');
    const { attributes, members, events, cssParts } = declaration;
    for (const { name } of [...attributes, ...members, ...events]) expect(readme).toMatch(new RegExp(`\`${name}\\b`));
    for (const { name } of cssParts) expect(readme).toContain(`::part(${name})`);
    const types = read('react.d.ts');
    // React has that one itself.
    for (const { name } of attributes.filter(attribute => attribute.name !== 'aria-label'))
      expect(types).toMatch(new RegExp(`^ +'?${name}'?\\?:`, 'm'));
  });
});
