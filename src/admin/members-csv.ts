import { stringify } from 'csv-stringify/sync';
import type { Member } from '../segments/segment-members.repository.js';

const pageSize = 1_000;
const columns = ['profile', 'entered_at', 'entered_by', 'email', 'phone', 'tags', 'attributes'] as const;

/** All members as CSV, page by page, so that a million of them need no more memory than a thousand. */
export async function* membersCsv(
  page: (after: string | null, limit: number) => Promise<readonly Member[]>,
): AsyncGenerator<string> {
  yield stringify([[...columns]]);
  for (let after: string | null = null; ;) {
    const members: readonly Member[] = await page(after, pageSize);
    const last = members.at(-1);
    if (last === undefined) return;
    // A cell that a spreadsheet would take for a formula is kept a text.
    yield stringify(members.map(row), { escape_formulas: true });
    if (members.length < pageSize) return;
    after = last.profileId;
  }
}

const row = ({ profileId, enteredAt, enteredBy, attributes, tags }: Member): (string | undefined)[] => [
  profileId,
  enteredAt.toISOString(),
  enteredBy,
  textOf(attributes.email),
  textOf(attributes.phone),
  tags.join('; '),
  JSON.stringify(attributes),
];

const textOf = (value: Member['attributes'][string] | undefined): string | undefined =>
  value === undefined ? undefined : String(value);
