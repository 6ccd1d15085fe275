import { InjectQueue } from '@nestjs/bull';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Queue } from 'bull';
import { DataSource } from 'typeorm';
import { againAfterConflict } from '../database/after-conflict.js';
import { type Now, NOW } from '../database/environment.js';
import { MappingDirectory } from '../mapping/mapping-directory.service.js';
import { DeliveryWaker } from './delivery-waker.service.js';
import { RemoteRecords } from './remote-records.repository.js';

const pageSize = 5_000;
const first = '00000000-0000-0000-0000-000000000000';

/** Every process reads a changed configuration within a second; before that, one may still mark and map as before. */
const untilKnownMs = 2_500;

/** Marks a page of profiles, by id, and says where it ended. Index: the primary keys. */
const markPage = `
  WITH page AS (
    SELECT id, version, merged_into FROM profiles WHERE id > $2 ORDER BY id LIMIT $3
  ), marked AS (
    INSERT INTO sync_marks AS mark (destination, profile_id, wanted_version, waiting_since, due_at)
    SELECT $1, id, version, $4, $4 FROM page WHERE merged_into IS NULL ORDER BY id
    ON CONFLICT (destination, profile_id) DO UPDATE SET
      wanted_version = GREATEST(mark.wanted_version, excluded.wanted_version),
      waiting_since = COALESCE(mark.waiting_since, $4),
      -- A claimed mark is being compared with the mapping before this one: it has to see that it is due anew.
      due_at = CASE WHEN mark.claim IS NULL THEN LEAST(mark.due_at, $4) ELSE $4 END
  )
  SELECT max(id::text) AS last, count(*)::int AS count FROM page`;

interface MarkedPage {
  readonly last: string | null;
  readonly count: number;
}

/**
 * A destination that is new, or has a new mapping, must see every profile once: what it holds already is compared away, so only
 * real differences are sent. Works in pages; after a crash it begins again, which costs nothing but the marking.
 */
@Injectable()
export class Resync {
  readonly #log = new Logger(Resync.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly mappings: MappingDirectory,
    private readonly remoteRecords: RemoteRecords,
    private readonly waker: DeliveryWaker,
    @InjectQueue('delivery') private readonly queue: Queue,
    @Inject(NOW) private readonly now: Now,
  ) {}

  /** Plans a resync for each destination whose current mapping has not been applied to all profiles. */
  async planOutdated(): Promise<void> {
    const rows = await this.dataSource.query<{ destination: string }[]>(
      `SELECT m.destination FROM mappings m JOIN destinations d ON d.key = m.destination AND d.enabled
       LEFT JOIN destination_states s USING (destination)
       GROUP BY m.destination, s.resynced_mapping HAVING max(m.version) > COALESCE(s.resynced_mapping, 0)`,
    );
    for (const { destination } of rows) await this.plan(destination);
  }

  async plan(destination: string): Promise<void> {
    await this.queue.add('resync', { destination }, { jobId: `resync-${destination}`, delay: untilKnownMs });
  }

  /** Whoever merges two people drops a mark out of order, so the two may lock each other out. */
  #markPage(destination: string, after: string): Promise<MarkedPage[]> {
    return againAfterConflict(() =>
      this.dataSource.query<MarkedPage[]>(markPage, [destination, after, pageSize, this.now()]),
    );
  }

  async run(destination: string): Promise<void> {
    const version = this.mappings.findKeeping(destination)?.mappingVersion;
    if (version === undefined) return;
    await this.remoteRecords.retryDropped(destination);
    let last: string | null = first;
    let marked = 0;
    while (last !== null) {
      const rows = await this.#markPage(destination, last);
      last = rows[0]?.last ?? null;
      marked += rows[0]?.count ?? 0;
      if (last !== null) this.waker.wake(destination, this.now());
    }
    await this.dataSource.query(
      `INSERT INTO destination_states (destination, resynced_mapping) VALUES ($1, $2)
       ON CONFLICT (destination) DO UPDATE SET resynced_mapping = $2`,
      [destination, version],
    );
    if (marked > 0)
      this.#log.log(`destination ${destination}: ${marked} profiles are compared with mapping version ${version}`);
  }
}
