import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { DroppedField, FieldValues, Json } from '../destinations/destination.js';
import { DeliveryEntity } from './delivery.entity.js';
import { DeliveryRecordEntity } from './delivery-record.entity.js';

/** How a profile stands with one destination: what it holds, what it wants, how the last attempt ended. */
export interface SyncState {
  readonly destination: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly wantedVersion: number;
  readonly deliveredVersion: number;
  readonly dueAt: Date | null;
  readonly attempts: number;
  readonly remoteId: string | null;
  readonly fields: FieldValues | null;
  readonly tags: readonly string[] | null;
  readonly memo: Json;
  /** The last one that called the provider; a comparison that found nothing to say is only in `outcome`. */
  readonly lastDelivery: LastDelivery | null;
}

export interface LastDelivery {
  readonly deliveryId: string;
  readonly at: string;
  readonly calls: number;
  readonly mappingVersion: number;
  readonly profileVersion: number;
  readonly outcome: string;
  readonly code: string | null;
  readonly message: string | null;
  readonly field: string | null;
  readonly sent: FieldValues | null;
  readonly dropped: readonly DroppedField[] | null;
}

export interface DeliveryFilter {
  readonly destination?: string | undefined;
  readonly profileId?: string | undefined;
  readonly outcome?: string | undefined;
}

const syncStates = `
  SELECT m.destination, m.outcome, m.reason, m.wanted_version AS "wantedVersion", m.delivered_version AS "deliveredVersion",
    m.due_at AS "dueAt", m.attempts, r.remote_id AS "remoteId", r.fields, r.tags, r.memo, last.delivery AS "lastDelivery"
  FROM sync_marks m
  LEFT JOIN remote_records r USING (destination, profile_id)
  LEFT JOIN LATERAL (
    SELECT jsonb_build_object('deliveryId', d.id, 'at', d.finished_at, 'calls', d.calls, 'mappingVersion', d.mapping_version,
      'profileVersion', x.profile_version, 'outcome', x.outcome, 'code', x.code, 'message', x.message, 'field', x.field,
      'sent', x.sent, 'dropped', x.dropped) AS delivery
    FROM delivery_records x JOIN deliveries d ON d.id = x.delivery_id
    WHERE x.profile_id = m.profile_id AND x.destination = m.destination AND d.calls > 0 ORDER BY x.delivery_id DESC LIMIT 1
  ) last ON true
  WHERE m.profile_id = $1 ORDER BY m.destination`;

/** The questions people ask about deliveries. */
@Injectable()
export class DeliveryLog {
  constructor(private readonly dataSource: DataSource) {}

  syncStates(profileId: string): Promise<SyncState[]> {
    return this.dataSource.query<SyncState[]>(syncStates, [profileId]);
  }

  /** Newest first; `before` is the last id of the page before. */
  list(
    { destination, profileId, outcome }: DeliveryFilter,
    limit: number,
    before: string | null,
  ): Promise<DeliveryEntity[]> {
    const query = this.dataSource.getRepository(DeliveryEntity).createQueryBuilder('d');
    if (destination !== undefined) query.andWhere('d.destination = :destination', { destination });
    if (outcome !== undefined) query.andWhere('d.outcomes ? :outcome', { outcome });
    if (profileId !== undefined)
      query.andWhere('d.id IN (SELECT delivery_id FROM delivery_records WHERE profile_id = :profileId)', { profileId });
    if (before !== null) query.andWhere('d.id < :before', { before });
    return query.orderBy('d.id', 'DESC').limit(limit).getMany();
  }

  find(id: string): Promise<DeliveryEntity | null> {
    return this.dataSource.getRepository(DeliveryEntity).findOneBy({ id });
  }

  /** The records of one delivery; `after` is the profile of the last one of the page before. */
  records(deliveryId: string, limit: number, after: string | null): Promise<DeliveryRecordEntity[]> {
    const query = this.dataSource
      .getRepository(DeliveryRecordEntity)
      .createQueryBuilder('r')
      .where('r.delivery_id = :deliveryId', { deliveryId });
    if (after !== null) query.andWhere('r.profile_id > :after', { after });
    return query.orderBy('r.profile_id', 'ASC').limit(limit).getMany();
  }

  /** Forgets what was finished before; ids of deliveries sort by time. */
  async forget(before: Date): Promise<void> {
    await this.dataSource.query(
      `WITH old AS (DELETE FROM deliveries WHERE finished_at < $1 RETURNING id) DELETE FROM delivery_records WHERE delivery_id IN (SELECT id FROM old)`,
      [before],
    );
  }
}
