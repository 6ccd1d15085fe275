import { longestRestMs, type PermitKind } from './permit-kinds.js';

type Counts = Readonly<Record<string, number>>;
type Moments = Readonly<Record<string, readonly number[]>>;

interface Holder {
  /** Without a sign of life until then it is taken for dead. */
  readonly untilMs: number;
  readonly held: Counts;
  /** What its waiting calls lack. */
  readonly wants: Counts;
  readonly urgent: boolean;
}

/** Who holds which permits of an account, and when each of the free ones may be used; ms since 1970 on the database's clock. */
export interface PermitBook {
  readonly free: Moments;
  readonly holders: Readonly<Record<string, Holder>>;
}

export const emptyBook: PermitBook = { free: {}, holders: {} };

/** One process looks in: gives permits back, asks for others, shows that it lives. */
export interface PermitVisit {
  readonly holder: string;
  readonly kinds: readonly PermitKind[];
  /** What it believes to hold, without what it gives back now. */
  readonly held: Counts;
  readonly returns: Moments;
  /** What its waiting calls lack. */
  readonly lacks: Counts;
  /** What it would like to have at once: as many, or some more for calls that are to come. */
  readonly asks: Counts;
  readonly urgent: boolean;
  readonly nowMs: number;
  readonly leaseMs: number;
}

export interface VisitResult {
  readonly book: PermitBook;
  /** It was away for too long: what it held is not its any more. */
  readonly lost: boolean;
  readonly lent: Moments;
  /** How many it should give back at its next visit, because others lack them. */
  readonly surplus: Counts;
}

/**
 * The shared account of permits after one visit. A permit goes from one process to another together with its rest, so the declared limit
 * holds to the millisecond whoever uses it. Who lacks permits gets what is free; while several lack them, each keeps its share.
 */
export function visitBook(before: PermitBook, visit: PermitVisit): VisitResult {
  const living = withoutDead(before, visit.kinds, (_id, { untilMs }) => untilMs <= visit.nowMs);
  const lost = !agrees(living.holders[visit.holder], visit);
  // A visit whose answer was lost on the way, or one that came too late: whatever it holds counts as used just now.
  const { free, holders } = lost ? withoutDead(living, visit.kinds, (id) => id === visit.holder, visit.nowMs) : living;
  const me = holders[visit.holder];
  const others = Object.entries(holders).filter(([id]) => id !== visit.holder);
  const isNew = Object.keys(before.free).length === 0;
  const next: Record<string, readonly number[]> = { ...free };
  const [lent, surplus, held, wants]: [Record<string, number[]>, ...Record<string, number>[]] = [{}, {}, {}, {}];
  for (const kind of visit.kinds) {
    const { name } = kind;
    const returned = lost ? [] : (visit.returns[name] ?? []);
    const kept = Math.max(0, (me?.held[name] ?? 0) - returned.length);
    const elsewhere = sum(others.map(([, holder]) => holder.held[name] ?? 0));
    const pool = sized(
      [...(free[name] ?? []), ...returned],
      kind.count - kept - elsewhere,
      isNew ? visit.nowMs : visit.nowMs + longestRestMs(kind),
    );
    const lackedElsewhere = sum(others.map(([, holder]) => holder.wants[name] ?? 0));
    const share =
      lackedElsewhere === 0
        ? kind.count
        : shareOf(
            kind,
            visit,
            others.map(([, holder]) => holder),
          );
    const granted = pool.splice(0, Math.max(0, Math.min(visit.asks[name] ?? 0, share - kept)));
    next[name] = pool;
    if (granted.length > 0) lent[name] = granted;
    held[name] = kept + granted.length;
    wants[name] = Math.max(0, (visit.lacks[name] ?? 0) - granted.length);
    surplus[name] = Math.max(0, Math.min(held[name] - share, lackedElsewhere - pool.length));
  }
  const { [visit.holder]: _before, ...rest } = holders;
  const isPresent = sum(Object.values(held)) + sum(Object.values(wants)) > 0;
  const mine = { untilMs: visit.nowMs + visit.leaseMs, held, wants, urgent: visit.urgent };
  return {
    book: { free: next, holders: isPresent ? { ...rest, [visit.holder]: mine } : rest },
    lost,
    lent,
    surplus,
  };
}

const agrees = (me: Holder | undefined, { kinds, held, returns }: PermitVisit): boolean =>
  kinds.every(({ name }) => (me?.held[name] ?? 0) === (held[name] ?? 0) + (returns[name]?.length ?? 0));

/** What the dead held is free again, as if they had used it up to the moment they were taken for dead. */
export function withoutDead(
  { free, holders }: PermitBook,
  kinds: readonly PermitKind[],
  isDead: (id: string, holder: Holder) => boolean,
  diedAtMs?: number,
): PermitBook {
  const all = Object.entries(holders);
  const dead = all.filter(([id, holder]) => isDead(id, holder)).map(([, holder]) => holder);
  if (dead.length === 0) return { free, holders };
  const pools = kinds.map((kind) => {
    const left = dead.flatMap(({ held, untilMs }) =>
      Array.from({ length: held[kind.name] ?? 0 }, () => Math.ceil((diedAtMs ?? untilMs) + longestRestMs(kind))),
    );
    return [kind.name, [...(free[kind.name] ?? []), ...left]] as const;
  });
  const living = all.filter(([id, holder]) => !isDead(id, holder));
  return { free: { ...free, ...Object.fromEntries(pools) }, holders: Object.fromEntries(living) };
}

/** As many as there are to be, the next usable ones first. The settings may have changed: new ones come rested only to a new account. */
function sized(free: readonly number[], count: number, newAtMs: number): number[] {
  const sorted = free.toSorted((left, right) => left - right).slice(0, Math.max(0, count));
  const missing = Math.max(0, count - sorted.length);
  return [...sorted, ...Array.from({ length: missing }, () => Math.ceil(newAtMs))].toSorted(
    (left, right) => left - right,
  );
}

/** Beside others who lack permits: urgent processes count many times as much as those that only read history. */
function shareOf({ name, count }: PermitKind, visit: PermitVisit, others: readonly Holder[]): number {
  const weightOf = ({ urgent }: { readonly urgent: boolean }): number => (urgent ? urgentWeight : 1);
  const rivals = others.filter(({ held, wants }) => (held[name] ?? 0) + (wants[name] ?? 0) > 0);
  const all = weightOf(visit) + sum(rivals.map(weightOf));
  return Math.max(1, Math.floor((count * weightOf(visit)) / all));
}

const urgentWeight = 9;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
