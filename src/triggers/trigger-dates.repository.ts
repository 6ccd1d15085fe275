import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { profileOf, type ProfileRow } from '../profiles/profile-row.js';
import type { Recheck } from '../segments/segment-rechecks.repository.js';
import type { ActiveTrigger } from './active-trigger.js';
import { dateRowOf } from './planning/date-rows.js';
import { addDates } from './planning/plan-writes.js';

/** The moments at which dates of people come near. The pipeline keeps them; here is what else has to be asked. */
@Injectable()
export class TriggerDates {
  constructor(private readonly dataSource: DataSource) {}

  /** Oldest first. Index: trigger_dates_due_idx. */
  due(now: Date, limit: number): Promise<Recheck[]> {
    return this.dataSource.query<Recheck[]>(
      `SELECT profile_id AS "profileId", due_at AS "dueAt" FROM trigger_dates WHERE due_at <= $1 ORDER BY due_at LIMIT $2`,
      [now, limit],
    );
  }

  async nextDue(): Promise<Date | null> {
    const rows = await this.dataSource.query<{ at: Date | null }[]>('SELECT min(due_at) AS at FROM trigger_dates');
    return rows[0]?.at ?? null;
  }

  async postpone(profileIds: readonly string[], until: Date): Promise<void> {
    await this.dataSource.query(
      `UPDATE trigger_dates SET due_at = $2 WHERE profile_id = ANY ($1::uuid[]) AND due_at < $2`,
      [profileIds, until],
    );
  }

  /**
   * Works out the dates of some people, in order of their ids, for a trigger that is new or changed. What lies in the past causes nothing.
   *
   * @returns the last of them and how many were looked at; null: there is nobody after `cursor`
   */
  async fillPage(
    trigger: ActiveTrigger,
    cursor: string,
    limit: number,
    installation: string,
    now: Date,
  ): Promise<{ readonly last: string; readonly seen: number } | null> {
    const { when } = trigger.definition;
    if (!('date' in when)) return null;
    return this.dataSource.transaction(async (manager) => {
      // Locked, so that nobody changes a date while its moment is worked out.
      const rows = await manager.query<ProfileRow[]>(
        `SELECT id, version, attributes, attribute_provenance, tags, tag_provenance, consents, segments, merged_into, created_at, last_event_at
         FROM profiles WHERE id > $1 AND merged_into IS NULL AND attributes ? $2 ORDER BY id LIMIT $3 FOR SHARE`,
        [cursor, when.date, limit],
      );
      const last = rows.at(-1);
      if (last === undefined) return null;
      const dates = rows.flatMap((row) => dateRowOf(trigger, profileOf(row), now.getTime(), installation) ?? []);
      await addDates({ query: ({ text }, values) => manager.query(text, [...values]) }, dates);
      return { last: last.id, seen: rows.length };
    });
  }
}
