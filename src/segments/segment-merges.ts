import type { Batch } from '../events/batch.js';
import { dropRechecks } from './segment-writes.js';

/** Everybody who becomes one person in this batch, the one who remains among them: `id`, `survivor`. */
const people = `merged AS (SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS m (loser, survivor)),
    people AS (SELECT loser AS id, survivor FROM merged UNION SELECT survivor, survivor FROM merged)`;

/** Of their stays in one segment that are open, the earliest remains: the person has been in it since then. */
const closeOthers = {
  name: 'segment-memberships-close-merged',
  text: `WITH ${people}, stay AS (
      SELECT s.profile_id, s.segment, s.entered_at, row_number() OVER (
        PARTITION BY people.survivor, s.segment ORDER BY s.entered_at, s.profile_id = people.survivor DESC) AS place
      FROM people JOIN segment_memberships s ON s.profile_id = people.id WHERE s.left_at IS NULL)
    UPDATE segment_memberships s SET left_at = GREATEST(s.entered_at, $3::timestamptz), left_by = 'merge' FROM stay
    WHERE stay.place > 1 AND s.profile_id = stay.profile_id AND s.segment = stay.segment AND s.entered_at = stay.entered_at`,
};
/** Stays that began in the same moment are one; an open one counts before one that is over. */
const dropSame = {
  name: 'segment-memberships-drop-merged',
  text: `WITH ${people}, stay AS (
      SELECT s.profile_id, s.segment, s.entered_at, row_number() OVER (
        PARTITION BY people.survivor, s.segment, s.entered_at
        ORDER BY s.left_at IS NULL DESC, s.profile_id = people.survivor DESC) AS place
      FROM people JOIN segment_memberships s ON s.profile_id = people.id)
    DELETE FROM segment_memberships s USING stay
    WHERE stay.place > 1 AND s.profile_id = stay.profile_id AND s.segment = stay.segment AND s.entered_at = stay.entered_at`,
};
const move = {
  name: 'segment-memberships-move',
  text: `UPDATE segment_memberships s SET profile_id = m.survivor FROM unnest($1::uuid[], $2::uuid[]) AS m (loser, survivor)
    WHERE s.profile_id = m.loser`,
};

/** Two profiles, or more, became one: so do their stays. In this order, so that nobody is ever in a segment twice. */
export async function mergeStaysOf(batch: Batch): Promise<void> {
  const losers = batch.merges.map(({ loser }) => loser);
  const survivors = batch.merges.map(({ survivor }) => survivor);
  await batch.query(closeOthers, [losers, survivors, batch.now]);
  await batch.query(dropSame, [losers, survivors]);
  await batch.query(move, [losers, survivors]);
  await batch.query(dropRechecks, [losers]);
}
