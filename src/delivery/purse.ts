import { longestRestMs, type PermitKind } from './permit-kinds.js';

/** One permit; when it may be used next, in ms on this process's clock. */
export interface Permit {
  usableAtMs: number;
  /** It was lent before all were lost, so it is not ours any more. */
  readonly lending: number;
}

/** The permits of one kind that this process holds, the next usable one first. */
export class Purse {
  readonly #permits: Permit[] = [];
  #underWay = 0;
  #lending = 0;
  #leastReady = 0;

  constructor(readonly kind: PermitKind) {}

  /** All that this process holds, those in use included. */
  get held(): number {
    return this.kind.restMs === 0 ? this.#permits.length + this.#underWay : this.#permits.length;
  }

  /** When the next one can be used; Infinity: there is none. */
  earliestMs(): number {
    return this.#permits[0]?.usableAtMs ?? Infinity;
  }

  ready(nowMs: number): number {
    const firstResting = this.#permits.findIndex(({ usableAtMs }) => usableAtMs > nowMs);
    return firstResting === -1 ? this.#permits.length : firstResting;
  }

  /** A call starts. To be given to `ended` afterwards. */
  use(nowMs: number): Permit {
    const permit = this.#permits.shift() ?? { usableAtMs: nowMs, lending: this.#lending };
    this.#underWay += 1;
    if (this.kind.restMs > 0) this.#put(permit, nowMs + longestRestMs(this.kind));
    this.#leastReady = Math.min(this.#leastReady, this.ready(nowMs));
    return permit;
  }

  /** The call has its answer, so it arrived before now. */
  ended(permit: Permit, nowMs: number): void {
    if (permit.lending !== this.#lending) return;
    this.#underWay -= 1;
    if (this.kind.restMs === 0) {
      this.#put(permit, nowMs);
      return;
    }
    const at = this.#permits.indexOf(permit);
    if (at === -1 || permit.usableAtMs <= nowMs + this.kind.restMs) return;
    this.#permits.splice(at, 1);
    this.#put(permit, nowMs + this.kind.restMs);
  }

  lend(usableAtMs: readonly number[]): void {
    for (const at of usableAtMs) this.#put({ usableAtMs: at, lending: this.#lending }, at);
  }

  /** Gives away so many at most, the next usable ones first; says when each may be used. */
  giveBack(atMost: number): number[] {
    return this.#permits.splice(0, Math.max(0, Math.floor(atMost))).map(({ usableAtMs }) => usableAtMs);
  }

  /** How many were usable all the time since the last time somebody asked. */
  idleSinceLastAsked(nowMs: number): number {
    const ready = this.ready(nowMs);
    const idle = Math.min(this.#leastReady, ready);
    this.#leastReady = ready;
    return idle;
  }

  /** They are not ours any more; calls that are under way end as they may. */
  drop(): void {
    this.#permits.length = 0;
    this.#leastReady = 0;
    this.#underWay = 0;
    this.#lending += 1;
  }

  #put(permit: Permit, usableAtMs: number): void {
    permit.usableAtMs = usableAtMs;
    let at = this.#permits.length;
    while (at > 0 && (this.#permits[at - 1]?.usableAtMs ?? 0) > usableAtMs) at -= 1;
    this.#permits.splice(at, 0, permit);
  }
}
