import type { Write } from '../../delivery/action-runs.repository.js';
import type { ContactPolicy } from '../definition/contact-policy.js';
import { longestCapMs, type Touch } from '../policy/allowance.js';
import type { SqlQuery } from './sql-query.js';

/** A person is about to be reached. */
export interface NewTouch {
  readonly actionRun: string;
  readonly profileId: string;
  readonly channel: string;
  readonly trigger: string;
  readonly at: Date;
}

/** How often these people were reached, as far back as a cap looks; a list for each of them. Index: touches_profile_idx. */
export async function readTouches(
  query: SqlQuery,
  profileIds: readonly string[],
  policy: ContactPolicy,
  now: Date,
): Promise<Map<string, Touch[]>> {
  const found = new Map(profileIds.map((id): [string, Touch[]] => [id, []]));
  if (policy.caps.length === 0) return found;
  const rows = await query<{ profileId: string; channel: string; at: Date }>(
    `SELECT profile_id AS "profileId", channel, at FROM touches WHERE profile_id = ANY ($1::uuid[]) AND at > $2`,
    [profileIds, new Date(now.getTime() - longestCapMs(policy))],
  );
  for (const { profileId, channel, at } of rows) found.get(profileId)?.push({ channel, atMs: at.getTime() });
  return found;
}

export async function insertTouches(write: Write, touches: readonly NewTouch[]): Promise<void> {
  if (touches.length === 0) return;
  await write(
    {
      name: 'touches-insert',
      text: `INSERT INTO touches (action_run, profile_id, channel, trigger, at)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[])`,
    },
    [
      touches.map(({ actionRun }) => actionRun),
      touches.map(({ profileId }) => profileId),
      touches.map(({ channel }) => channel),
      touches.map(({ trigger }) => trigger),
      touches.map(({ at }) => at),
    ],
  );
}

/** Only who was really reached counts, and from when they were. */
export async function settleTouches(
  write: Write,
  reached: readonly string[],
  notReached: readonly string[],
  now: Date,
): Promise<void> {
  if (reached.length > 0)
    await write({ name: 'touches-at', text: `UPDATE touches SET at = $2 WHERE action_run = ANY ($1::uuid[])` }, [
      reached,
      now,
    ]);
  if (notReached.length > 0)
    await write({ name: 'touches-drop', text: `DELETE FROM touches WHERE action_run = ANY ($1::uuid[])` }, [
      notReached,
    ]);
}
