import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { EventEntity } from './event.entity.js';

/** One line of a conversation. */
export interface TranscriptLine {
  readonly at: Date;
  readonly by: 'person' | 'bot';
  readonly channel: string | null;
  readonly text: string;
}

/** The questions others ask about events. */
@Injectable()
export class Events {
  constructor(private readonly dataSource: DataSource) {}

  /** A person's events, newest first; `before` is the last one of the page before. Index: events_profile_idx. */
  ofProfile(profileId: string, limit: number, before: { occurredAt: Date; id: string } | null): Promise<EventEntity[]> {
    const query = this.dataSource
      .getRepository(EventEntity)
      .createQueryBuilder('e')
      .where('e.profile_id = :profileId', { profileId });
    if (before !== null) query.andWhere('(e.occurred_at, e.id) < (:occurredAt, :id)', before);
    return query.orderBy('e.occurred_at', 'DESC').addOrderBy('e.id', 'DESC').limit(limit).getMany();
  }

  /** The last of what a person wrote and was answered, the oldest first. Index: events_profile_idx. */
  async transcript(profileId: string, limit: number): Promise<TranscriptLine[]> {
    const rows = await this.dataSource.query<TranscriptLine[]>(
      `SELECT occurred_at AS at, CASE WHEN kind = 'message_in' THEN 'person' ELSE 'bot' END AS by, channel, data ->> 'text' AS text
       FROM events WHERE profile_id = $1 AND kind IN ('message_in', 'message_out') AND data ? 'text'
       ORDER BY occurred_at DESC, id DESC LIMIT $2`,
      [profileId, limit],
    );
    return rows.reverse();
  }

  findOne(id: string): Promise<EventEntity | null> {
    return this.dataSource.getRepository(EventEntity).findOneBy({ id });
  }

  /** What kinds of events there have been among the latest few thousand. Their ids grow with time. */
  seenLately(): Promise<Pick<EventEntity, 'name' | 'kind' | 'channel' | 'source'>[]> {
    return this.dataSource.query(
      `SELECT DISTINCT name, kind, channel, source FROM (SELECT name, kind, channel, source FROM events ORDER BY id DESC LIMIT 10000) AS latest
       WHERE kind NOT IN ('test', 'clock') ORDER BY name, kind, channel, source`,
    );
  }

  /** Forgets dedupe keys whose window has long passed. */
  async forgetKeys(before: Date): Promise<void> {
    await this.dataSource.query(`DELETE FROM event_keys WHERE repeats_until < $1`, [before]);
  }
}
