import { DeliveryError } from '../../delivery-error.js';
import type { SalesforceClient } from '../client.js';
import type { WireRecord } from '../collections.js';
import type { OutgoingRow } from '../outgoing-row.js';
import { comparableKey, writesByKey, type RowPlan } from '../row-plan.js';
import { newKeyOf, saveOrFail, type SavedOutcome } from '../save-rows.js';
import { complaint, type Complaint } from '../wire.js';
import { toCsv, type CsvRow } from './csv.js';
import { createJob, resultsOf, settled, upload } from './ingest-job.js';
import type { OpenJobs } from './open-jobs.js';

/** Below this a job takes longer than the calls it saves. */
export const paysFrom = 2_000;
/** Salesforce takes 100 MB of raw text in one job; a little less, for characters of several bytes. */
const longestCsv = 30_000_000;

/** Worth another try alone, in the ordinary way: it passes alert rules for duplicates, and by then nobody may hold the record. */
const tryAlone: ReadonlySet<string> = new Set(['DUPLICATES_DETECTED', 'UNABLE_TO_LOCK_ROW']);

/**
 * Like `saveRows`, through Bulk API 2.0 where there are enough rows that are found by our key or by their id. What a job has left
 * over is saved in the ordinary way.
 *
 * @throws DeliveryError when one reason stopped all of it
 */
export const saveInBulk =
  (jobs: OpenJobs) =>
  async (client: SalesforceClient, plan: RowPlan, rows: readonly OutgoingRow[]): Promise<readonly SavedOutcome[]> => {
    const outcomes: SavedOutcome[] = [];
    const left: OutgoingRow[] = [];
    for (const [byId, group] of Map.groupBy(rows, ({ place }) => place.id !== null)) {
      const fits = group.length >= paysFrom && (byId || writesByKey(plan));
      const done = fits ? await runJob(client, plan, jobs, group, byId) : null;
      if (done === null) left.push(...group);
      else {
        outcomes.push(...done.outcomes);
        left.push(...done.left);
      }
    }
    return [...outcomes, ...(await saveOrFail(client, plan, left))];
  };

interface JobOutcome {
  readonly outcomes: readonly SavedOutcome[];
  readonly left: readonly OutgoingRow[];
}

/** null: too much text for one job. */
async function runJob(
  client: SalesforceClient,
  plan: RowPlan,
  jobs: OpenJobs,
  rows: readonly OutgoingRow[],
  byId: boolean,
): Promise<JobOutcome | null> {
  const csv = toCsv(rows.toSorted(byParent).map((row) => cellsOf(row, plan, byId)));
  if (csv.length > longestCsv) return null;
  const job = await createJob(client, { object: plan.kind.sobject, keyField: byId ? null : plan.keyField.name });
  await jobs.begun(job.id);
  try {
    await upload(client, job, csv, rows.length);
    const { state } = await settled(client, job.id);
    if (state === 'Aborted')
      throw new DeliveryError('transient', 'Somebody stopped the bulk job in Salesforce', { code: 'BULK_JOB_ABORTED' });
    const { successful, failed } = await resultsOf(client, job);
    await jobs.ended(job.id);
    return join(rows, plan, byId, successful, failed);
  } finally {
    jobs.abandoned(job.id);
  }
}

const cellsOf = (row: OutgoingRow, plan: RowPlan, byId: boolean): WireRecord =>
  byId
    ? { Id: row.place.id, ...row.values, ...newKeyOf(row, plan) }
    : { ...row.values, [plan.keyField.name]: row.record.key };

/** Rows of one company side by side: otherwise parts of a job that run at once wait for each other's locks. */
const byParent = (one: OutgoingRow, other: OutgoingRow): number =>
  String(one.values.AccountId ?? '').localeCompare(String(other.values.AccountId ?? ''));

/** Which result belongs to which row is told by our own column. */
function join(
  rows: readonly OutgoingRow[],
  plan: RowPlan,
  byId: boolean,
  successful: readonly CsvRow[],
  failed: readonly CsvRow[],
): JobOutcome {
  const nameOf = (row: CsvRow): string =>
    byId ? (row.Id ?? '') : comparableKey(row[plan.keyField.name] ?? '', plan.keyField);
  const saved = new Map(successful.map((row) => [nameOf(row), row]));
  const refused = new Map(failed.map((row) => [nameOf(row), complaintIn(row.sf__Error ?? '')]));
  const outcomes: SavedOutcome[] = [];
  const left: OutgoingRow[] = [];
  for (const row of rows) {
    const name = byId ? (row.place.id ?? '') : comparableKey(row.record.key, plan.keyField);
    const good = saved.get(name);
    const bad = refused.get(name);
    if (good?.sf__Id !== undefined)
      outcomes.push({ row, saved: { id: good.sf__Id, created: good.sf__Created === 'true' } });
    else if (bad === undefined || tryAlone.has(bad.code)) left.push(row);
    else outcomes.push({ row, complaints: [bad] });
  }
  return { outcomes, left };
}

/** `CODE:message:fields --` */
export function complaintIn(text: string): Complaint {
  const [, statusCode = 'UNKNOWN', rest = text] = /^([A-Z][A-Z0-9_]*):([^]*)$/.exec(text) ?? [];
  const [, message = rest, fields = ''] = /^([^]*?)(?::([\w, ]*?))?\s*-*\s*$/.exec(rest) ?? [];
  const named = fields.split(',').map((name) => name.trim());
  return complaint.parse({ statusCode, message, fields: named.filter((name) => name !== '') });
}
