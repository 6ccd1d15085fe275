import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Profile } from '../profiles/profile.js';
import { Profiles } from '../profiles/profiles.repository.js';
import { fetchAggregates } from '../segments/event-aggregates.js';
import { answerOf, nextChangeAtMs } from '../segments/evaluate.js';
import { type ActiveSegment, SegmentDirectory } from '../segments/segment-directory.service.js';
import { SegmentRechecks } from '../segments/segment-rechecks.repository.js';
import type { EventAggregate } from '../segments/subject.js';
import type { BackfillPage } from './backfill-pages.service.js';

/** Profiles held in memory at once. */
const pageSize = 2_000;

interface Changes {
  readonly segment: string;
  readonly entering: string[];
  readonly leaving: string[];
}

/** Asks compiled rules about many profiles: unlike SQL they also say when an answer will change by itself. */
@Injectable()
export class Outlooks {
  constructor(
    private readonly dataSource: DataSource,
    private readonly profiles: Profiles,
    private readonly directory: SegmentDirectory,
    private readonly rechecks: SegmentRechecks,
  ) {}

  /** Each profile is read once, whatever the number of segments. null: there is nobody after `cursor` */
  async page(cursor: string, segments: readonly ActiveSegment[], now: Date): Promise<BackfillPage | null> {
    const profiles = await this.profiles.after(cursor, pageSize);
    const last = profiles.at(-1);
    if (last === undefined) return null;
    const slots = new Set(segments.flatMap((segment) => segment.slots));
    const found = await fetchAggregates(
      { now, query: ({ text }, values) => this.dataSource.query(text, [...values]) },
      this.directory.current,
      slots.size === 0 ? new Map() : new Map(profiles.map(({ id }) => [id, slots])),
    );
    const asked = segments.map((segment) => ({ segment, changes: changesOf(segment.key) }));
    const due: { profileId: string; dueAt: Date }[] = [];
    for (const profile of profiles) {
      const atMs = askAll(asked, profile, found.of(profile.id), now.getTime());
      if (Number.isFinite(atMs)) due.push({ profileId: profile.id, dueAt: new Date(atMs) });
    }
    await this.rechecks.bringForward(due);
    return { last: last.id, seen: profiles.length, changes: asked.map(({ changes }) => changes) };
  }
}

const changesOf = (segment: string): Changes => ({ segment, entering: [], leaving: [] });

/** Notes who enters and leaves; returns the earliest moment at which an answer could change by itself, Infinity: none can. */
function askAll(
  asked: readonly { readonly segment: ActiveSegment; readonly changes: Changes }[],
  profile: Profile,
  aggregates: readonly (EventAggregate | undefined)[],
  nowMs: number,
): number {
  let soonestMs = Infinity;
  for (const { segment, changes } of asked) {
    const outlook = segment.compiled.outlook({ profile, aggregates }, nowMs);
    const isIn = Object.hasOwn(profile.segments, segment.key);
    if (answerOf(outlook) !== isIn) (isIn ? changes.leaving : changes.entering).push(profile.id);
    soonestMs = Math.min(soonestMs, nextChangeAtMs(outlook) ?? Infinity);
  }
  return soonestMs;
}
