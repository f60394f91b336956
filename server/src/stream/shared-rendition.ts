import type { RenditionSpec } from '@framewire/shared/rendition';
import type { EncodedFrame } from '../frames.js';

/** What a rendition needs to know of each of its viewers. */
export interface RenditionMember {
  /** Frames a second at most; Infinity for all. */
  readonly fps: number;
  readonly isReady: boolean;
  /** Whether it must not be given another size. */
  readonly keepsSize: boolean;
  deliver(frame: EncodedFrame): void;
}

/** One rendition in use: who shares it, what they are ready for together, and the fan-out of its frames. */
export class SharedRendition {
  readonly id: number;
  readonly spec: RenditionSpec;
  readonly #members: RenditionMember[] = [];
  readonly #onDemand: (fps: number) => void;
  /** How many ready members want each rate: 200 viewers change readiness 30 times a second, so no scan over all. */
  readonly #readyByFps = new Map<number, number>();
  #demand = 0;
  #first = 0;
  #newest: EncodedFrame | undefined;

  /** @param onDemand is told the highest rate that any ready member wants, whenever that changes. */
  constructor(id: number, spec: RenditionSpec, onDemand: (fps: number) => void) {
    this.id = id;
    this.spec = spec;
    this.#onDemand = onDemand;
  }

  /** The frame that was delivered last, however old it is now. */
  get newest(): EncodedFrame | undefined {
    return this.#newest;
  }

  get members(): number {
    return this.#members.length;
  }

  /** Whether any of its viewers must not be given another size. */
  get keepsSize(): boolean {
    return this.#members.some(({ keepsSize }) => keepsSize);
  }

  isSoleMember(member: RenditionMember): boolean {
    return this.#members.length === 1 && this.#members[0] === member;
  }

  join(member: RenditionMember): void {
    this.#members.push(member);
    if (member.isReady) this.#count(member.fps, 1);
  }

  leave(member: RenditionMember): void {
    const index = this.#members.indexOf(member);
    if (index < 0) return;
    this.#members.splice(index, 1);
    if (member.isReady) this.#count(member.fps, -1);
  }

  /** Call when a member's readiness has changed, to what it is now. */
  readinessChanged(member: RenditionMember): void {
    this.#count(member.fps, member.isReady ? 1 : -1);
  }

  /**
   * The same frame to all. Whoever is served last waits for the copies of all before, so each frame starts with
   * another one. Iterates over a copy: a delivery may end a member.
   */
  deliver(frame: EncodedFrame): void {
    this.#newest = frame;
    const members = [...this.#members];
    this.#first = members.length === 0 ? 0 : (this.#first + 1) % members.length;
    for (let i = 0; i < members.length; i += 1) members[(this.#first + i) % members.length]?.deliver(frame);
  }

  #count(fps: number, change: 1 | -1): void {
    const ready = (this.#readyByFps.get(fps) ?? 0) + change;
    if (ready > 0) this.#readyByFps.set(fps, ready);
    else this.#readyByFps.delete(fps);
    const demand = Math.max(0, ...this.#readyByFps.keys());
    if (demand === this.#demand) return;
    this.#demand = demand;
    this.#onDemand(demand);
  }
}
