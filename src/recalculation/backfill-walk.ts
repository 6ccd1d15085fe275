import type { BackfillProgress } from '../segments/segment-backfills.repository.js';
import type { ActiveSegment } from '../segments/segment-directory.service.js';
import type { BackfillChanges } from './backfill-changes.service.js';
import { type BackfillPages, type IdRange, lastOfAll, type PageAfter } from './backfill-pages.service.js';

/** Profiles of one statement that finds and writes at once: were all of them to enter, it would lock them for half a second. */
const sweptAtOnce = 20_000;
/** So many times as much where few of them enter or leave: no more than so many are locked by one statement. */
const [widest, mostChanged] = [5, 2_500];
/** Such statements at the same time: while how far one has come is noted, others go on. */
const lanes = 3;

export interface WalkTools {
  readonly pages: BackfillPages;
  readonly changes: BackfillChanges;
  readonly now: () => Date;
  /** Notes how far the walk has come, and what it found. @returns whether it may go on */
  readonly note: (
    reached: { readonly cursor: string; readonly seen: number },
    found: readonly BackfillProgress[],
  ) => Promise<boolean>;
}

/** Looks at everybody after `from`, for some segments together. @returns false: it was stopped on the way */
export async function walkEverybody(
  active: readonly ActiveSegment[],
  from: string,
  tools: WalkTools,
): Promise<boolean> {
  const [plain] = active.length === 1 ? active.filter(isDecidedByProfile) : [];
  const reached = plain === undefined ? from : await sweep(plain, from, tools);
  if (reached === null || reached === lastOfAll) return reached !== null;
  return walkPages(await tools.pages.over(active, reached, tools.now), active, reached, tools);
}

/** Looks at the members of a segment that is gone. @returns false: it was stopped on the way */
export const walkMembers = (segment: string, from: string, tools: WalkTools): Promise<boolean> =>
  walkPages(tools.pages.overMembers(segment), [], from, tools);

const isDecidedByProfile = ({ inputs }: ActiveSegment): boolean => !inputs.timed && inputs.eventQueries.length === 0;

/** What PostgreSQL can decide and write by itself. @returns how far it came, since somebody follows it by now; null: it was stopped */
async function sweep(
  active: ActiveSegment,
  from: string,
  { pages, changes, now, note }: WalkTools,
): Promise<string | null> {
  const waiting = await pages.ranges(from, sweptAtOnce);
  const running: { readonly range: IdRange; readonly found: Promise<BackfillProgress> }[] = [];
  let width = 1;
  for (let reached = from; ;) {
    while (running.length < lanes && waiting.length > 0 && !changes.hasFollowers(active.key)) {
      const range = joined(waiting.splice(0, width));
      const found = changes.sweep(active, range, now());
      found.catch(() => undefined); // awaited below, in the order of the ranges
      running.push({ range, found });
    }
    const oldest = running.shift();
    if (oldest === undefined) return reached;
    const found = await oldest.found;
    reached = oldest.range.upTo;
    width = nextWidth(oldest.range, found);
    if (!(await note({ cursor: reached, seen: oldest.range.profiles }, [found]))) return null;
  }
}

/** The next page is looked for while what the last one found is written. */
async function walkPages(
  pageAfter: PageAfter,
  active: readonly ActiveSegment[],
  from: string,
  { changes, now, note }: WalkTools,
): Promise<boolean> {
  for (let page = await pageAfter(from); page !== null;) {
    const { last, seen } = page;
    const next = pageAfter(last);
    next.catch(() => undefined); // awaited below, if nothing goes wrong before
    const found = await changes.apply(page, active, now());
    if (!(await note({ cursor: last, seen }, found))) return false;
    page = await next;
  }
  return true;
}

/** Ranges that follow each other, as one. */
const joined = (ranges: readonly IdRange[]): IdRange => ({
  after: ranges[0]?.after ?? lastOfAll,
  upTo: ranges.at(-1)?.upTo ?? lastOfAll,
  profiles: ranges.reduce((sum, { profiles }) => sum + profiles, 0),
});

/** How many ranges the next statement may take, from how many have changed in this one. */
function nextWidth({ profiles }: IdRange, { entered, left }: BackfillProgress): number {
  const changedPerRange = ((entered + left) * sweptAtOnce) / Math.max(1, profiles);
  return Math.min(widest, Math.max(1, Math.floor(mostChanged / Math.max(1, changedPerRange))));
}
