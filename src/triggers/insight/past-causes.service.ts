import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { EventData } from '../../events/event-data.js';
import { selectionSql } from '../../segments/events-sql.js';
import { SqlParameters } from '../../segments/sql-parameters.js';
import type { ActiveTrigger } from '../active-trigger.js';
import type { SegmentCause } from '../definition/cause.js';
import type { RunContext } from '../planning/run-context.js';
import { nextOfSchedule } from '../time/wall-clock.js';
import { zoneOfRound } from '../trigger-rounds.repository.js';
import { TriggerDirectory } from '../trigger-directory.service.js';

/** Something that would have caused a run. */
export interface PastCause {
  readonly profileId: string;
  readonly at: Date;
  readonly eventId: string | null;
  readonly context: RunContext;
}

export interface PastCauses {
  /** How many there were. */
  readonly total: number;
  /** The latest of them, oldest first. */
  readonly causes: readonly PastCause[];
}

const none: RunContext = { event: null, segment: null, about: null };

interface EventRow {
  readonly id: string;
  readonly profileId: string;
  readonly at: Date;
  readonly name: string;
  readonly channel: string | null;
  readonly source: string;
  readonly data: EventData;
  readonly total: number;
}

interface StayRow {
  readonly profileId: string;
  readonly at: Date;
  readonly eventId: string | null;
  readonly total: number;
}

/** Looks for what would have caused a trigger lately. */
@Injectable()
export class PastCausesFinder {
  constructor(
    private readonly dataSource: DataSource,
    private readonly directory: TriggerDirectory,
  ) {}

  /** @returns null: nobody keeps what would have to be known, as with scores, which have no history */
  async find(trigger: ActiveTrigger, from: Date, to: Date, atMost: number): Promise<PastCauses | null> {
    const { when } = trigger.definition;
    if ('schedule' in when) return this.#rounds(trigger, when.segment, from, to, atMost);
    if ('segment' in when) return this.#stays(when, from, to, atMost);
    if ('event' in when) return this.#events(trigger, from, to, atMost);
    return null;
  }

  /** Indexes: the partitions of `events` by month. */
  async #events({ causeEvents }: ActiveTrigger, from: Date, to: Date, atMost: number): Promise<PastCauses> {
    if (causeEvents === null) return { total: 0, causes: [] };
    const parameters = new SqlParameters();
    const time = { nowMs: to.getTime(), zone: { zone: 'UTC', attribute: null }, parameters };
    const [start, end, most] = [
      parameters.moment(from.getTime()),
      parameters.moment(to.getTime()),
      parameters.number(atMost),
    ];
    const rows = await this.dataSource.query<EventRow[]>(
      `SELECT e.id, e.profile_id AS "profileId", e.occurred_at AS at, e.name, e.channel, e.source, e.data, (count(*) OVER ())::int AS total
       FROM events e JOIN profiles p ON p.id = e.profile_id
       WHERE e.received_at >= ${start} AND e.occurred_at >= ${start} AND e.occurred_at <= ${end} AND ${selectionSql('e', causeEvents, time)}
       ORDER BY e.occurred_at DESC LIMIT ${most}`,
      [...parameters.values],
    );
    const causes = rows.map(({ id, profileId, at, name, channel, source, data }) => ({
      profileId,
      at,
      eventId: id,
      context: {
        ...none,
        event: { name, channel, source, text: data.text ?? null, properties: data.properties ?? {} },
      },
    }));
    return { total: rows[0]?.total ?? 0, causes: causes.reverse() };
  }

  async #stays(
    { segment, does, includeBackfill }: SegmentCause,
    from: Date,
    to: Date,
    atMost: number,
  ): Promise<PastCauses> {
    const [at, by, event] =
      does === 'enter' ? ['entered_at', 'entered_by', 'entered_event'] : ['left_at', 'left_by', 'left_event'];
    const rows = await this.dataSource.query<StayRow[]>(
      `SELECT m.profile_id AS "profileId", m.${at} AS at, m.${event} AS "eventId", (count(*) OVER ())::int AS total
       FROM segment_memberships m JOIN profiles p ON p.id = m.profile_id
       WHERE m.segment = $1 AND m.${at} >= $2 AND m.${at} <= $3 AND ($4 OR m.${by} <> 'backfill') ORDER BY m.${at} DESC LIMIT $5`,
      [segment, from, to, includeBackfill, atMost],
    );
    const causes = rows.map((row) => ({
      profileId: row.profileId,
      at: row.at,
      eventId: row.eventId,
      context: { ...none, segment: { key: segment, at: row.at.toISOString() } },
    }));
    return { total: rows[0]?.total ?? 0, causes: causes.reverse() };
  }

  /** Everybody who was in the segment at each of its moments. */
  async #rounds(trigger: ActiveTrigger, segment: string, from: Date, to: Date, atMost: number): Promise<PastCauses> {
    const { when, timeZone } = trigger.definition;
    if (!('schedule' in when)) return { total: 0, causes: [] };
    const zone = zoneOfRound(timeZone, this.directory.timeZone);
    const moments: Date[] = [];
    for (
      let at = nextOfSchedule(when.schedule, zone, from.getTime());
      at <= to.getTime();
      at = nextOfSchedule(when.schedule, zone, at)
    )
      moments.push(new Date(at));
    const rows = await this.dataSource.query<StayRow[]>(
      `SELECT m.profile_id AS "profileId", round.at, NULL AS "eventId", (count(*) OVER ())::int AS total
       FROM unnest($2::timestamptz[]) AS round (at) JOIN segment_memberships m
         ON m.segment = $1 AND m.entered_at <= round.at AND (m.left_at IS NULL OR m.left_at > round.at)
       JOIN profiles p ON p.id = m.profile_id ORDER BY round.at DESC LIMIT $3`,
      [segment, moments, atMost],
    );
    const causes = rows.map(({ profileId, at }) => ({
      profileId,
      at,
      eventId: null,
      context: { ...none, segment: { key: segment, at: at.toISOString() } },
    }));
    return { total: rows[0]?.total ?? 0, causes: causes.reverse() };
  }
}
