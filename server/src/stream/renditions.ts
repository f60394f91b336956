import { renditionKey, type RenditionSpec, type Size } from '@framewire/shared/rendition';
import { nearestRendition, type Choice } from './choose-rendition.js';
import { typicalBytes } from './ladder.js';
import type { StreamLease } from './lease.js';
import type { Producer } from './producer.js';
import { SharedRendition } from './shared-rendition.js';

/** The renditions of one stream that are in use: how many there may be, which a lease gets, and their numbers. */
export class Renditions implements Iterable<SharedRendition> {
  readonly #byKey = new Map<string, SharedRendition>();
  readonly #most: number;
  readonly #producer: Pick<Producer, 'want' | 'drop'>;
  #lastId = 0;

  /** @param most at the same time. */
  constructor(most: number, producer: Pick<Producer, 'want' | 'drop'>) {
    this.#most = most;
    this.#producer = producer;
  }

  get keys(): string[] {
    return [...this.#byKey.keys()];
  }

  /** Sizes in use, as `1280x720`. */
  get sizes(): string[] {
    return [...new Set([...this].map(({ spec }) => `${spec.width}x${spec.height}`))];
  }

  [Symbol.iterator](): IterableIterator<SharedRendition> {
    return this.#byKey.values();
  }

  withId(id: number): SharedRendition | undefined {
    return [...this].find(rendition => rendition.id === id);
  }

  /** @returns the ideal, or at the limit the nearest to it; undefined when there is none of the size that it must have. */
  choose(lease: StreamLease, ideal: Choice): Choice | undefined {
    const isLast = lease.rendition?.isSoleMember(lease) === true;
    if (this.#byKey.has(renditionKey(ideal.spec)) || this.#byKey.size - (isLast ? 1 : 0) < this.#most) return ideal;
    const specs = [...this].map(({ spec }) => spec);
    const wanted = ideal.spec;
    const eligible = lease.keepsSize ? specs.filter(spec => hasSize(spec, wanted)) : specs;
    // Who is below its wish has a link that carries no more: something smaller, if there is.
    const smaller = eligible.filter(spec => typicalBytes(spec) <= typicalBytes(wanted));
    return (lease.hasStepped ? nearestRendition(wanted, smaller) : undefined) ?? nearestRendition(wanted, eligible);
  }

  /** Whether a viewer that must have that size would find a place now. */
  canHaveSize(size: Size): boolean {
    return this.#byKey.size < this.#most || this.#hasSize(size) || this.expendable() !== undefined;
  }

  /** The rendition with the fewest viewers of those whose viewers can all be given another one. */
  expendable(): SharedRendition | undefined {
    return [...this]
      .filter(rendition => !rendition.keepsSize || this.#hasSize(rendition.spec, rendition))
      .toSorted((a, b) => a.members - b.members)[0];
  }

  /** @returns whether it was in another one before, or in none. */
  join(lease: StreamLease, spec: RenditionSpec): boolean {
    const key = renditionKey(spec);
    if (lease.rendition !== undefined && renditionKey(lease.rendition.spec) === key) return false;
    this.leave(lease);
    let rendition = this.#byKey.get(key);
    if (rendition === undefined) {
      const id = this.#freeId();
      rendition = new SharedRendition(id, spec, fps => this.#producer.want(id, spec, fps));
      this.#byKey.set(key, rendition);
    }
    lease.rendition = rendition;
    rendition.join(lease);
    return true;
  }

  leave(lease: StreamLease): void {
    const { rendition } = lease;
    if (rendition === undefined) return;
    lease.rendition = undefined;
    rendition.leave(lease);
    if (rendition.members > 0) return;
    this.#byKey.delete(renditionKey(rendition.spec));
    this.#producer.drop(rendition.id);
  }

  #hasSize(size: Size, besides?: SharedRendition): boolean {
    return [...this].some(rendition => rendition !== besides && hasSize(rendition.spec, size));
  }

  /** Numbers come back after 65535 renditions, but never that of one in use. */
  #freeId(): number {
    const used = new Set(Array.from(this, ({ id }) => id));
    do this.#lastId = (this.#lastId % 0xffff) + 1;
    while (used.has(this.#lastId));
    return this.#lastId;
  }
}

function hasSize(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height;
}
