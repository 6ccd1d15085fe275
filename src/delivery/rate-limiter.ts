import type { DestinationLimits } from '../destinations/destination.js';
import { type CallPurpose, callPurposes } from './call-purpose.js';
import { permitKinds } from './permit-kinds.js';
import { type Permit, Purse } from './purse.js';

interface Waiting {
  readonly order: number;
  start(used: readonly Used[]): void;
}

interface Used {
  readonly purse: Purse;
  readonly permit: Permit;
}

interface Lane {
  /** What each call of the lane needs one of. */
  readonly purses: readonly Purse[];
  readonly waiting: Readonly<Record<CallPurpose, Waiting[]>>;
}

/**
 * Lets one account's calls start when they may: requests per time for each lane, and requests under way at once. More urgent purposes go
 * first, then whoever came first. Its permits are its own, or lent by `PermitLease`, which shares them with other processes.
 */
export class RateLimiter {
  readonly purses: readonly Purse[];
  readonly #lanes = new Map<string, Lane>();
  readonly #nowMs: () => number;
  #order = 0;
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Infinity;
  /** Later than this the permits are not ours. */
  #validUntilMs: number;
  #starts = 0;
  #underWay = 0;
  /** Called whenever calls wait for permits that are not here. */
  onNeed: () => void = () => undefined;
  #onIdle: (() => void)[] = [];

  constructor(limits: DestinationLimits, nowMs: () => number, permits: 'own' | 'lent' = 'own') {
    this.#nowMs = nowMs;
    this.purses = permitKinds(limits).map((kind) => new Purse(kind));
    this.#validUntilMs = permits === 'own' ? Infinity : -Infinity;
    if (permits === 'own')
      for (const purse of this.purses) purse.lend(Array.from({ length: purse.kind.count }, () => -Infinity));
  }

  async run<T>(lane: string, call: () => Promise<T>, purpose: CallPurpose = 'sync'): Promise<T> {
    const used = await new Promise<readonly Used[]>((resolve) => {
      this.#order += 1;
      this.#lane(lane).waiting[purpose].push({ order: this.#order, start: resolve });
      this.pump();
    });
    try {
      return await call();
    } finally {
      const nowMs = this.#nowMs();
      for (const { purse, permit } of used) purse.ended(permit, nowMs);
      this.#underWay -= 1;
      this.pump();
    }
  }

  /** Starts what may start now, and sees to it that the rest is started in time. */
  pump(): void {
    const nowMs = this.#nowMs();
    for (;;) {
      const lane = nowMs < this.#validUntilMs ? this.#nextLane(nowMs) : undefined;
      const next = lane && headOf(lane);
      if (lane === undefined || next === undefined) break;
      next.queue.shift();
      this.#starts += 1;
      this.#underWay += 1;
      next.waiting.start(lane.purses.map((purse) => ({ purse, permit: purse.use(nowMs) })));
    }
    this.#wakeInTime(nowMs);
    if (this.isIdle) for (const idle of this.#onIdle.splice(0)) idle();
  }

  /** The permits are ours until then. */
  extend(validUntilMs: number): void {
    this.#validUntilMs = validUntilMs;
  }

  /** How many permits of this kind the waiting calls lack. */
  lacks(purse: Purse): number {
    const { kind, held } = purse;
    let waiting = 0;
    for (const [name, lane] of this.#lanes) if (kind.lane === null || kind.lane === name) waiting += countOf(lane);
    return Math.max(0, Math.min(waiting - purse.ready(this.#nowMs()), kind.count - held));
  }

  /** Anything more urgent than enrichment waits. */
  get isUrgent(): boolean {
    return [...this.#lanes.values()].some(({ waiting }) => waiting.sync.length > 0);
  }

  get isIdle(): boolean {
    return this.#underWay === 0 && [...this.#lanes.values()].every((lane) => countOf(lane) === 0);
  }

  /** Calls started since this was last asked. */
  startsSinceLastAsked(): number {
    const starts = this.#starts;
    this.#starts = 0;
    return starts;
  }

  idle(): Promise<void> {
    return this.isIdle ? Promise.resolve() : new Promise((resolve) => this.#onIdle.push(resolve));
  }

  #lane(name: string): Lane {
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const purses = this.purses.filter(({ kind }) => kind.lane === null || kind.lane === name);
    const lane = { purses, waiting: { sync: [], enrichment: [] } };
    this.#lanes.set(name, lane);
    return lane;
  }

  /** Of the lanes whose next call may start now, the one whose call goes first. */
  #nextLane(nowMs: number): Lane | undefined {
    const startable = [...this.#lanes.values()].filter(
      (lane) => countOf(lane) > 0 && lane.purses.every((purse) => purse.earliestMs() <= nowMs),
    );
    return startable.toSorted((left, right) => rankOf(left) - rankOf(right))[0];
  }

  #wakeInTime(nowMs: number): void {
    const waiting = [...this.#lanes.values()].filter((lane) => countOf(lane) > 0);
    if (waiting.length === 0) return;
    if (this.#validUntilMs !== Infinity) this.onNeed();
    const atMs = Math.min(...waiting.map(({ purses }) => Math.max(...purses.map((purse) => purse.earliestMs()))));
    if (!Number.isFinite(atMs) || atMs <= nowMs || atMs >= this.#timerAtMs) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = atMs;
    this.#timer = setTimeout(
      () => {
        this.#timerAtMs = Infinity;
        this.pump();
      },
      Math.ceil(atMs - nowMs),
    ); // timers drop fractions
  }
}

const countOf = ({ waiting }: Lane): number => waiting.sync.length + waiting.enrichment.length;

function headOf({ waiting }: Lane): { readonly queue: Waiting[]; readonly waiting: Waiting } | undefined {
  for (const purpose of callPurposes) {
    const [first] = waiting[purpose];
    if (first !== undefined) return { queue: waiting[purpose], waiting: first };
  }
  return undefined;
}

/** More urgent purposes first, then whoever came first. */
function rankOf(lane: Lane): number {
  const order = headOf(lane)?.waiting.order ?? 0;
  return lane.waiting.sync.length > 0 ? order - Number.MAX_SAFE_INTEGER / 2 : order;
}
