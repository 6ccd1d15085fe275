import type { Json, OutgoingRecord, RecordPreview, UpsertRequest } from '../destination.js';
import { toRow } from './outgoing-row.js';
import { unborn } from './place.js';
import { prepareRows, type PlannedRow } from './prepare-rows.js';
import { comparableKey, type RowPlan } from './row-plan.js';
import { newKeyOf } from './save-rows.js';
import { sameOnWire } from './same-on-wire.js';
import { queriesByKey } from './soql-text.js';
import type { QueriedRow } from './wire.js';
import { writePlanOf, type Tools } from './write-plan.js';

/** What `upsertRecords` would do now, found out with reads only. */
export async function previewRecords(tools: Tools, request: UpsertRequest): Promise<readonly RecordPreview[]> {
  const plans = await writePlanOf(tools, request);
  const { rows, stuck } = await prepareRows(tools, plans, request.records, { mayMoveKeys: false });
  const refused = stuck.map(({ profileId, error }) => ({
    profileId,
    remoteId: null,
    action: 'refuse' as const,
    reason: error.message,
    payload: null,
    differences: [],
    dropped: [],
  }));
  const shown: RecordPreview[] = [];
  for (const plan of plans) {
    const some = rows.filter((planned) => planned.plan === plan);
    const holding = await readHeld(tools, plan, some);
    shown.push(...some.map((planned) => previewOf(planned, holding(planned))));
  }
  return [...refused, ...shown];
}

type Holding = (planned: PlannedRow) => QueriedRow | null;

/** What the org holds in the fields that would be written. */
async function readHeld({ client }: Tools, plan: RowPlan, rows: readonly PlannedRow[]): Promise<Holding> {
  const { kind, keyField } = plan;
  const fields = new Set(['Id', keyField.name, ...rows.flatMap(({ row }) => Object.keys(row.values))]);
  const select = [...fields].filter((name) => name === 'Id' || plan.schema.fields.has(name));
  const read = async (column: string, values: readonly (string | null)[]): Promise<QueriedRow[]> => {
    const wanted = values.filter((value) => value !== null);
    const found: QueriedRow[] = [];
    for (const soql of queriesByKey(kind.sobject, select, column, wanted)) found.push(...(await client.query(soql)));
    return found;
  };
  const byId = await read(
    'Id',
    rows.map(({ row }) => idOf(row)),
  );
  const byKey = await read(
    keyField.name,
    rows.map(({ row }) => (idOf(row) === null ? row.record.key : null)),
  );
  return ({ row }) => {
    const id = idOf(row);
    if (id !== null) return byId.find((held) => held.Id === id) ?? null;
    const key = comparableKey(row.record.key, keyField);
    return byKey.find((held) => comparableKey(String(held[keyField.name]), keyField) === key) ?? null;
  };
}

const idOf = ({ place, record }: PlannedRow['row']): string | null => place.id ?? record.known?.remoteId ?? null;

function previewOf({ row: given, plan }: PlannedRow, held: QueriedRow | null): RecordPreview {
  const record: OutgoingRecord = held === null ? { ...given.record, known: null } : given.record;
  const row = held === null ? toRow(record, unborn(plan.kind), plan) : given;
  const differences = Object.entries(row.values)
    .filter(([name, wants]) => !sameOnWire(held?.[name], wants, plan.schema.fields.get(name)))
    .map(([field, wants]) => ({ field, holds: asJson(held?.[field]), wants }));
  return {
    profileId: record.profileId,
    remoteId: held === null ? null : String(held.Id),
    action: held === null ? 'create' : differences.length === 0 ? 'nothing' : 'update',
    reason: null,
    payload: {
      attributes: { type: plan.kind.sobject },
      ...row.values,
      ...(held === null ? { [plan.keyField.name]: record.key } : newKeyOf(row, plan)),
    },
    differences,
    dropped: row.dropped,
  };
}

const asJson = (value: unknown): Json =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
