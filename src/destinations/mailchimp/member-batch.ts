import { DeliveryError } from '../delivery-error.js';
import type { BatchAnswer, Member, MemberStatus, RowError } from './answers.js';
import type { BatchRow } from './client.js';
import type { MemberCalls } from './member-calls.js';
import { tagsToAdd, withoutField, type WriteJob } from './job.js';
import { rowBody, type ContactWrite } from './contact-write.js';
import { rowDeliveryError } from './to-delivery-error.js';

/** One row of a batch, as it will be sent. */
export interface Row {
  readonly job: WriteJob;
  readonly write: ContactWrite;
  readonly status: MemberStatus;
}

/** What became of a row. `exists` and `unclear` have changed nothing there and are to be asked alone. */
export type RowOutcome =
  | { readonly kind: 'written'; readonly row: Row; readonly member: Member; readonly isNew: boolean }
  | { readonly kind: 'exists'; readonly row: Row }
  | { readonly kind: 'unclear'; readonly row: Row }
  | { readonly kind: 'failed'; readonly row: Row; readonly error: DeliveryError };

/** How often rows are sent again without the fields that Mailchimp did not accept. */
const repairs = 3;

/**
 * Sends rows in one request and reads the answer row by row, by address. A merge field that is not accepted is left out and
 * its row sent once more, together with its likes; a request that is refused as a whole is narrowed down to the row at fault.
 *
 * @returns one outcome per row; an error of the whole request becomes the outcome of each row it carried
 */
export async function sendRows(
  client: MemberCalls,
  rows: readonly Row[],
  updateExisting: boolean,
  repairsLeft = repairs,
): Promise<readonly RowOutcome[]> {
  if (rows.length === 0) return [];
  let answer: BatchAnswer;
  try {
    answer = await client.batch(rows.map(toBatchRow), updateExisting);
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    return isolate(client, rows, updateExisting, error);
  }
  const outcomes = readAnswer(rows, answer);
  if (repairsLeft === 0) return outcomes;
  const settled: RowOutcome[] = [];
  const repaired: Row[] = [];
  for (const outcome of outcomes) {
    const write = outcome.kind === 'failed' ? withoutField(outcome.row.write, outcome.error) : null;
    if (write === null) settled.push(outcome);
    else repaired.push({ ...outcome.row, write });
  }
  return [...settled, ...(await sendRows(client, repaired, updateExisting, repairsLeft - 1))];
}

/** Refusals of a whole request that one row can cause. Any other would meet every half as well. */
const aboutRows = new Set(['Invalid Resource', 'Bad Request', 'JSON Parse Exception']);

/** A request refused as a whole names the row (`members.item:3.status`), or is halved until it does not need to. */
async function isolate(
  client: MemberCalls,
  rows: readonly Row[],
  updateExisting: boolean,
  error: DeliveryError,
): Promise<readonly RowOutcome[]> {
  const isAboutRows = error.kind === 'rejected' && aboutRows.has(error.details.code ?? '');
  if (!isAboutRows || rows.length === 1) return rows.map((row) => ({ kind: 'failed', row, error }));
  const named = Number(/^members\.item:(\d+)\b/.exec(error.details.field ?? '')?.[1]);
  const culprit = rows[named];
  if (culprit !== undefined) {
    const others = await sendRows(
      client,
      rows.filter((row) => row !== culprit),
      updateExisting,
    );
    return [{ kind: 'failed', row: culprit, error }, ...others];
  }
  const middle = Math.ceil(rows.length / 2);
  const first = await sendRows(client, rows.slice(0, middle), updateExisting);
  return [...first, ...(await sendRows(client, rows.slice(middle), updateExisting))];
}

function toBatchRow({ job, write, status }: Row): BatchRow {
  const tags = tagsToAdd(job);
  return {
    email_address: job.email,
    status,
    ...rowBody(write),
    ...(tags.length === 0 ? {} : { tags }),
    ...(job.record.known === null ? consentEvidence(job, status) : {}),
  };
}

/** When the person agreed, for Mailchimp's own record of the opt-in. */
export function consentEvidence(
  { decision }: WriteJob,
  status: MemberStatus,
): { readonly timestamp_signup?: string; readonly timestamp_opt?: string } {
  if (decision?.status !== 'granted') return {};
  if (status === 'subscribed') return { timestamp_signup: decision.at, timestamp_opt: decision.at };
  return status === 'pending' ? { timestamp_signup: decision.at } : {};
}

function readAnswer(rows: readonly Row[], answer: BatchAnswer): readonly RowOutcome[] {
  const created = byAddress(answer.new_members);
  const updated = byAddress(answer.updated_members);
  const errors = byAddress(answer.errors);
  return rows.map((row): RowOutcome => {
    const { email } = row.job;
    const error = errors.get(email);
    if (error !== undefined) return readError(row, error);
    const made = created.get(email);
    const member = made ?? updated.get(email);
    if (member !== undefined) return { kind: 'written', row, member, isNew: made !== undefined };
    const message = `Mailchimp's answer does not mention ${email}`;
    return { kind: 'failed', row, error: new DeliveryError('transient', message, { code: 'no_result' }) };
  });
}

function readError(row: Row, { error_code, error, field, field_message }: RowError): RowOutcome {
  if (error_code === 'ERROR_CONTACT_EXISTS') return { kind: 'exists', row };
  if (field !== undefined && field !== '') {
    const message = field_message === undefined || field_message === '' ? error : `${error} ${field}: ${field_message}`;
    return { kind: 'failed', row, error: new DeliveryError('rejected', message, { code: error_code, field }) };
  }
  const known = rowDeliveryError(error);
  return known === null ? { kind: 'unclear', row } : { kind: 'failed', row, error: known };
}

/** Some answers were seen with the address in (escaped) quotes. */
function byAddress<T extends { readonly email_address: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(
    items.map((item) => [
      item.email_address
        .replace(/^[\\"]+|[\\"]+$/g, '')
        .trim()
        .toLowerCase(),
      item,
    ]),
  );
}
