import { renditionKey, type RenditionSpec, type Size } from '@framewire/shared/rendition';
import type { Clock } from '../time/clock.js';
import { nearestRendition, type Choice } from './choose-rendition.js';
import { typicalBytes } from './ladder.js';
import type { StreamLease } from './lease.js';
import type { Producer } from './producer.js';
import { SharedRendition } from './shared-rendition.js';
import { UNUSED_LIMIT, allowedAt, counted } from './rate-limit.js';

/**
 * How often a rendition may be begun. Each takes threads and memory of the engine, which come back late: viewers that come
 * and go by the hundred, each with another size, took gigabytes. The burst is more than there may be at once, so that
 * a source which comes back in another size makes nobody wait.
 */
const BEGINNINGS = { burst: 10, perSecond: 10 } as const;

/** Turns of those who wait come one by one, so that hundreds of them hold up nothing, ms. */
const TURN_MS = 1;

/** `later`: it will be told when it is its turn; `full`: there is none of the size that it must have. */
export type Chosen = Choice | 'later' | 'full';

/**
 * The renditions of one stream that are in use: how many there may be and how often one is begun, which a lease gets, and
 * their numbers.
 */
export class Renditions implements Iterable<SharedRendition> {
  readonly #byKey = new Map<string, SharedRendition>();
  readonly #most: number;
  readonly #producer: Pick<Producer, 'want' | 'drop'>;
  readonly #clock: Clock;
  readonly #onTurn: (lease: StreamLease) => void;
  /** Who waits for something to be begun for it, first come first served. */
  readonly #waiting = new Set<StreamLease>();
  #begun = UNUSED_LIMIT;
  /** How many of them, from the first on, shall get a turn. */
  #dueTurns = 0;
  #isCalling = false;
  #lastId = 0;

  /** @param most at the same time. @param onTurn something may be begun for that lease now: choose for it again. */
  constructor(
    most: number,
    producer: Pick<Producer, 'want' | 'drop'>,
    clock: Clock,
    onTurn: (lease: StreamLease) => void,
  ) {
    this.#most = most;
    this.#producer = producer;
    this.#clock = clock;
    this.#onTurn = onTurn;
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

  isRunning(spec: RenditionSpec): boolean {
    return this.#byKey.has(renditionKey(spec));
  }

  withId(id: number): SharedRendition | undefined {
    return [...this].find(rendition => rendition.id === id);
  }

  /** @returns the ideal where it is in use or can be begun; else the nearest to it, of those that the lease may have. */
  choose(lease: StreamLease, ideal: Choice): Chosen {
    const [first = lease] = this.#waiting;
    this.#waiting.delete(lease);
    if (this.#byKey.has(renditionKey(ideal.spec))) return ideal;
    const isFull = this.#byKey.size >= this.#most;
    const isAllowed = allowedAt(this.#begun, BEGINNINGS) <= this.#clock.now();
    // At the limit whoever is alone in its rendition exchanges it; else those who wait come first.
    const hasRoom = isFull ? lease.rendition?.isSoleMember(lease) === true : first === lease;
    if (isAllowed && hasRoom) return ideal;
    const nearest = lease.isPatient && !isFull ? undefined : this.#nearest(lease, ideal.spec);
    if (nearest === undefined && isFull && isAllowed) return 'full';
    this.#waiting.add(lease);
    // Else it waits for another viewer to do something.
    if (!isFull || !isAllowed) this.#giveTurns();
    return nearest === undefined ? 'later' : { spec: nearest, why: isFull ? fullOf(ideal.spec) : BUSY };
  }

  /** Whether a viewer that must have that size would find a place now. */
  canHaveSize(size: Size): boolean {
    return this.#byKey.size < this.#most || this.#hasSize(size) || this.expendable() !== undefined;
  }

  /** The rendition with the fewest viewers of those whose viewers can all be given another one; the newest of several. */
  expendable(): SharedRendition | undefined {
    return [...this]
      .toReversed()
      .filter(rendition => !rendition.keepsSize || this.#hasSize(rendition.spec, rendition))
      .toSorted((a, b) => a.members - b.members)[0];
  }

  /** @returns whether it was in another one before, or in none. */
  join(lease: StreamLease, spec: RenditionSpec): boolean {
    const key = renditionKey(spec);
    if (lease.rendition !== undefined && renditionKey(lease.rendition.spec) === key) return false;
    this.#part(lease);
    let rendition = this.#byKey.get(key);
    if (rendition === undefined) {
      this.#begun = counted(this.#begun, BEGINNINGS, this.#clock.now());
      const id = this.#freeId();
      rendition = new SharedRendition(id, spec, fps => this.#producer.want(id, spec, fps));
      this.#byKey.set(key, rendition);
      // It may be what others wait for, or nearer to it.
      this.#giveTurns();
    }
    lease.rendition = rendition;
    rendition.join(lease);
    lease.catchUp(rendition, this.#clock.now());
    return true;
  }

  /** It waits for nothing any more either. */
  leave(lease: StreamLease): void {
    this.#waiting.delete(lease);
    this.#part(lease);
  }

  #part(lease: StreamLease): void {
    const { rendition } = lease;
    if (rendition === undefined) return;
    lease.rendition = undefined;
    rendition.leave(lease);
    if (rendition.members === 0) {
      this.#byKey.delete(renditionKey(rendition.spec));
      this.#producer.drop(rendition.id);
    }
    // There is room, or somebody is alone now.
    if (rendition.members <= 1) this.#giveTurns();
  }

  /** Something has changed for those who wait. Those for whom there is still no room go to the end of the line. */
  #giveTurns(): void {
    this.#dueTurns = this.#waiting.size;
    if (this.#dueTurns > 0 && !this.#isCalling) this.#callNext();
  }

  /** When something may be begun. */
  #callNext(): void {
    this.#isCalling = true;
    this.#clock.at(Math.max(this.#clock.now() + TURN_MS, allowedAt(this.#begun, BEGINNINGS)), () => {
      const [lease] = this.#waiting;
      if (lease !== undefined && allowedAt(this.#begun, BEGINNINGS) <= this.#clock.now()) {
        this.#dueTurns -= 1;
        this.#onTurn(lease);
      }
      this.#isCalling = this.#dueTurns > 0 && this.#waiting.size > 0;
      if (this.#isCalling) this.#callNext();
    });
  }

  #nearest(lease: StreamLease, wanted: RenditionSpec): RenditionSpec | undefined {
    const specs = [...this].map(({ spec }) => spec);
    const eligible = lease.keepsSize ? specs.filter(spec => hasSize(spec, wanted)) : specs;
    // Who is below its wish has a link that carries no more: something smaller, if there is.
    const smaller = eligible.filter(spec => typicalBytes(spec) <= typicalBytes(wanted));
    return (lease.hasStepped ? nearestRendition(wanted, smaller) : undefined) ?? nearestRendition(wanted, eligible);
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

const BUSY = 'Many viewers ask this stream for different pictures at once; this one is there already, yours follows.';

function fullOf(wanted: RenditionSpec): string {
  return `This stream has as many renditions as it may have; the nearest to ${renditionKey(wanted)} is this.`;
}

function hasSize(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height;
}
