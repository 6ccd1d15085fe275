import { DeliveryError } from '../delivery-error.js';
import type { FailedRecord, OutgoingRecord } from '../destination.js';
import { findPeople } from './find-people.js';
import { moveKeys } from './move-keys.js';
import { mustRead, toRow, writableTagsField, type OutgoingRow } from './outgoing-row.js';
import { unborn, unseen, type Place } from './place.js';
import { readPeople } from './read-people.js';
import { failed } from './record-result.js';
import { comparableKey, writesByKey, type RowPlan } from './row-plan.js';
import { hasTagNews } from './tags.js';
import type { Tools, WritePlan } from './write-plan.js';

/** A row with the plan of the kind of person it is written as. */
export interface PlannedRow {
  readonly row: OutgoingRow;
  readonly plan: RowPlan;
}

export interface PreparedRows {
  readonly rows: readonly PlannedRow[];
  readonly stuck: readonly FailedRecord[];
}

/** What preparing may do: a preview only looks. */
export interface Preparing {
  readonly mayMoveKeys: boolean;
}

/** What is sent for each record, after what has to be asked or moved first. */
export async function prepareRows(
  { client }: Pick<Tools, 'client'>,
  plans: WritePlan,
  given: readonly OutgoingRecord[],
  { mayMoveKeys }: Preparing = { mayMoveKeys: true },
): Promise<PreparedRows> {
  const records = given.map((record) => (isOfPlan(record, plans) ? record : { ...record, known: null }));
  const groups = Map.groupBy(records, (record) => approachTo(record, plans));
  const places = new Map<string, Place | DeliveryError>();
  for (const record of groups.get('by_id') ?? []) places.set(record.profileId, placeOfKnown(record, plans));
  for (const [id, place] of await findPeople(client, plans, groups.get('look') ?? [])) places.set(id, place);
  const [plan] = plans;
  const byKey = groups.get('by_key') ?? [];
  const moved = mayMoveKeys ? await moveKeys(client, plan, byKey) : { ready: byKey, failed: [] };
  for (const [id, place] of await placesByKey(client, plan, moved.ready)) places.set(id, place);
  const movedOf = new Map(moved.ready.map((record) => [record.profileId, record]));
  const current = records.map((record) => movedOf.get(record.profileId) ?? record);
  const rows = rowsAt(await withTags(client, plans, current, places), plans, current);
  return { rows: rows.rows, stuck: [...moved.failed, ...rows.stuck] };
}

type Approach = 'by_key' | 'by_id' | 'look';

/** Keyed upserts need no looking; whoever may be found by more, or in more than one place, is looked for once and then known by id. */
function approachTo(record: OutgoingRecord, plans: WritePlan): Approach {
  const [plan, other] = plans;
  const keySuffices = other === undefined && writesByKey(plan);
  if (record.known !== null) return keySuffices ? 'by_key' : 'by_id';
  return keySuffices && plan.options.findBy === 'key' ? 'by_key' : 'look';
}

const kindOfId = (id: string, plans: WritePlan): RowPlan | undefined =>
  plans.find(({ kind }) => id.startsWith(kind.idPrefix));

/** A mapping that has changed its object knows records of the old one: they are not these. */
const isOfPlan = ({ known }: OutgoingRecord, plans: WritePlan): boolean =>
  known === null || kindOfId(known.remoteId, plans) !== undefined;

function placeOfKnown({ known }: OutgoingRecord, plans: WritePlan): Place {
  const id = known?.remoteId ?? '';
  const { kind } = kindOfId(id, plans) ?? plans[0];
  return { kind, id, exists: true, tags: null, notes: [] };
}

/** Salesforce finds them by key; we only look where what stands there decides what is written. */
async function placesByKey(
  client: Tools['client'],
  plan: RowPlan,
  records: readonly OutgoingRecord[],
): Promise<ReadonlyMap<string, Place>> {
  const unsure = records.filter((record) => mustRead(record, plan));
  const keys = unsure.map(({ key }) => key);
  const people = await readPeople(client, plan, plan.keyField.name, keys, { wide: false });
  const tagsOf = new Map(people.map(({ key, tags }) => [comparableKey(key ?? '', plan.keyField), tags]));
  const asked = new Set(unsure);
  return new Map(
    records.map((record) => {
      const tags = tagsOf.get(comparableKey(record.key, plan.keyField));
      if (!asked.has(record) && tags === undefined) return [record.profileId, unseen(plan.kind)];
      if (tags === undefined) return [record.profileId, unborn(plan.kind)];
      return [record.profileId, { ...unseen(plan.kind), exists: true, tags }];
    }),
  );
}

/** Records that are known by id, with what their tags field holds, where that has to be known. */
async function withTags(
  client: Tools['client'],
  plans: WritePlan,
  records: readonly OutgoingRecord[],
  places: ReadonlyMap<string, Place | DeliveryError>,
): Promise<ReadonlyMap<string, Place | DeliveryError>> {
  const complete = new Map(places);
  for (const plan of plans) {
    if (writableTagsField(plan.schema, plan.tagsField) === null) continue;
    const open = records.flatMap((record) => {
      const place = places.get(record.profileId);
      if (place === undefined || place instanceof DeliveryError || place.kind !== plan.kind) return [];
      return place.id !== null && place.tags === null && hasTagNews(record) ? [{ record, place, id: place.id }] : [];
    });
    const people = await readPeople(
      client,
      plan,
      'Id',
      open.map(({ id }) => id),
      { wide: false },
    );
    const tagsOf = new Map(people.map(({ id, tags }) => [id, tags]));
    for (const { record, place, id } of open) complete.set(record.profileId, { ...place, tags: tagsOf.get(id) ?? '' });
  }
  return complete;
}

function rowsAt(
  places: ReadonlyMap<string, Place | DeliveryError>,
  plans: WritePlan,
  records: readonly OutgoingRecord[],
): PreparedRows {
  const rows: PlannedRow[] = [];
  const stuck: FailedRecord[] = [];
  const taken = new Set<string>();
  for (const record of records) {
    const place = places.get(record.profileId);
    if (place === undefined) continue; // its key could not be moved
    if (place instanceof DeliveryError) stuck.push(failed(record, place));
    else if (place.id !== null && taken.has(place.id)) stuck.push(failed(record, recordRepeated(place.id)));
    else {
      if (place.id !== null) taken.add(place.id);
      const plan = plans.find(({ kind }) => kind === place.kind) ?? plans[0];
      rows.push({ row: toRow(record, place, plan), plan });
    }
  }
  return { rows, stuck };
}

const recordRepeated = (id: string): DeliveryError =>
  new DeliveryError('transient', `Another profile of the same call is written to ${id}: this one goes with the next`, {
    code: 'RECORD_REPEATED',
    recordOnly: true,
  });
