import { Injectable } from '@nestjs/common';
import { intArray, textArray, uuidArray } from '../database/binary-array.js';
import type { Batch, BatchProfile, Stage } from '../events/batch.js';
import { MappingDirectory } from '../mapping/mapping-directory.service.js';
import { DeliveryWaker } from './delivery-waker.service.js';
import { isNewsFor } from './mark-syncs.js';

/**
 * Quiet for `settleMs`, at most `settleAtMostMs` since the first undelivered news: one conversation becomes one call.
 * While a failed attempt waits for its time, news does not bring it forward.
 */
const markSyncs = {
  name: 'sync-marks-mark',
  text: `INSERT INTO sync_marks AS mark (destination, profile_id, wanted_version, waiting_since, due_at)
    SELECT t.*, $4, $4::timestamptz + $5 * interval '1 millisecond' FROM unnest($1::text[], $2::uuid[], $3::int[]) AS t (destination, profile_id, version)
    ORDER BY destination, profile_id
    ON CONFLICT (destination, profile_id) DO UPDATE SET
      wanted_version = excluded.wanted_version,
      waiting_since = COALESCE(mark.waiting_since, excluded.waiting_since),
      due_at = GREATEST(
        CASE WHEN mark.attempts > 0 THEN mark.due_at END,
        LEAST(excluded.due_at, COALESCE(mark.waiting_since, excluded.waiting_since) + $6 * interval '1 millisecond'))`,
};
/** What the loser had delivered is the survivor's now, wherever the survivor had nothing itself. */
const moveRecords = {
  name: 'remote-records-move',
  text: `UPDATE remote_records r SET profile_id = m.survivor FROM unnest($1::uuid[], $2::uuid[]) AS m (loser, survivor)
    WHERE r.profile_id = m.loser
      AND NOT EXISTS (SELECT FROM remote_records s WHERE s.profile_id = m.survivor AND s.destination = r.destination)`,
};
/** The survivor's withdrawal was told of its own record only. Told again, it reaches the loser's address as well. */
const tellAgain = {
  name: 'remote-records-tell-again',
  text: `UPDATE remote_records s SET consents = '{}' FROM unnest($1::uuid[], $2::uuid[]) AS m (loser, survivor)
    WHERE s.profile_id = m.survivor AND jsonb_path_exists(s.consents, '$.* ? (@.status == "revoked")')
      AND EXISTS (SELECT FROM remote_records l WHERE l.profile_id = m.loser AND l.destination = s.destination)`,
};
/** What was planned for the loser is done for the survivor, once the destination holds what the survivor is now. */
const moveRuns = {
  name: 'action-runs-move',
  text: `UPDATE action_runs run SET profile_id = m.survivor,
      wanted_version = CASE WHEN run.wanted_version IS NOT NULL AND run.due_at IS NOT NULL THEN m.version ELSE run.wanted_version END
    FROM unnest($1::uuid[], $2::uuid[], $3::int[]) AS m (loser, survivor, version) WHERE run.profile_id = m.loser`,
};
const dropMarks = {
  name: 'sync-marks-drop',
  text: `DELETE FROM sync_marks WHERE profile_id = ANY ($1::uuid[])`,
};

export const settleMs = 2_000;
export const settleAtMostMs = 10_000;

/** Notes, for each destination whose mapping looks at what changed, that the profile has news for it. */
@Injectable()
export class MarkSyncsStage implements Stage {
  readonly name = 'mark syncs';

  constructor(
    private readonly mappings: MappingDirectory,
    private readonly waker: DeliveryWaker,
  ) {}

  async run(batch: Batch): Promise<void> {
    const losers = batch.merges.map(({ loser }) => loser);
    if (losers.length > 0) {
      await batch.query(dropMarks, [losers]);
      const survivors = batch.merges.map(({ survivor }) => survivor);
      await batch.query(moveRecords, [losers, survivors]);
      await batch.query(tellAgain, [losers, survivors]);
      const versions = survivors.map((survivor) => batch.profiles.get(survivor)?.profile.version ?? 0);
      await batch.query(moveRuns, [losers, survivors, versions]);
    }
    const marks: { destination: string; profileId: string; version: number }[] = [];
    const mappings = this.mappings.interested();
    for (const held of batch.profiles.values()) {
      const { id: profileId, version } = held.profile;
      if (losers.includes(profileId)) continue;
      const news = newsOf(held);
      for (const { destination, interest } of mappings)
        if (isNewsFor(interest, news) || held.contradicted?.has(destination) === true)
          marks.push({ destination, profileId, version });
    }
    if (marks.length === 0) return;
    await batch.query(markSyncs, [
      textArray(marks.map(({ destination }) => destination)),
      uuidArray(marks.map(({ profileId }) => profileId)),
      intArray(marks.map(({ version }) => version)),
      batch.now,
      settleMs,
      settleAtMostMs,
    ]);
    const destinations = new Set(marks.map(({ destination }) => destination));
    batch.afterCommit(() => {
      for (const destination of destinations) this.waker.wake(destination, new Date(batch.now.getTime() + settleMs));
    });
  }
}

const newsOf = (held: BatchProfile) => ({
  everything: held.everythingChanged,
  attributes: held.changedAttributes,
  tags: held.tagsChanged,
  consents: held.changedPurposes.size > 0,
  identities: held.identitiesChanged,
  segments: held.segmentChanges.map(({ segment }) => segment),
});
