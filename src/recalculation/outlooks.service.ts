import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Profiles } from '../profiles/profiles.repository.js';
import { fetchAggregates } from '../segments/event-aggregates.js';
import { answerOf, nextChangeAtMs } from '../segments/evaluate.js';
import { type ActiveSegment, SegmentDirectory } from '../segments/segment-directory.service.js';
import { SegmentRechecks } from '../segments/segment-rechecks.repository.js';
import type { BackfillPage } from './backfill-pages.service.js';

/** Profiles held in memory at once. */
const pageSize = 2_000;

/** Asks the compiled rule about many profiles: unlike SQL it also says when an answer will change by itself. */
@Injectable()
export class Outlooks {
  constructor(
    private readonly dataSource: DataSource,
    private readonly profiles: Profiles,
    private readonly directory: SegmentDirectory,
    private readonly rechecks: SegmentRechecks,
  ) {}

  async page(cursor: string, { key, compiled, slots }: ActiveSegment, now: Date): Promise<BackfillPage | null> {
    const profiles = await this.profiles.after(cursor, pageSize);
    const last = profiles.at(-1);
    if (last === undefined) return null;
    const wanted = new Set(slots);
    const found = await fetchAggregates(
      { now, query: ({ text }, values) => this.dataSource.query(text, [...values]) },
      this.directory.current,
      slots.length === 0 ? new Map() : new Map(profiles.map(({ id }) => [id, wanted])),
    );
    const page = { entering: [] as string[], leaving: [] as string[] };
    const due: { profileId: string; dueAt: Date }[] = [];
    for (const profile of profiles) {
      const outlook = compiled.outlook({ profile, aggregates: found.of(profile.id) }, now.getTime());
      const isIn = Object.hasOwn(profile.segments, key);
      if (answerOf(outlook) !== isIn) (isIn ? page.leaving : page.entering).push(profile.id);
      const change = nextChangeAtMs(outlook);
      if (change !== null) due.push({ profileId: profile.id, dueAt: new Date(change) });
    }
    await this.rechecks.bringForward(due);
    return { last: last.id, seen: profiles.length, ...page };
  }
}
