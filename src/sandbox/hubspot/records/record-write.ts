import type { Account } from '../account.js';
import type { Origin } from '../happening.js';
import { type ObjectType, objectTypes, objectWord } from '../object-types.js';
import { conflict, invalid, invalidProperties, locked, type Problem, type PropertyFault } from '../problem.js';
import { storedValue } from './property-value.js';
import type { CrmRecord } from './record.js';

/** A write that has been checked and not yet made: a refused batch must leave no trace. */
export interface PlannedWrite {
  readonly record: CrmRecord | undefined;
  readonly values: ReadonlyMap<string, string>;
  /** The names as they were sent: the answer tells what became of each. */
  readonly sent: readonly string[];
}

export type Properties = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Values of unique properties that earlier records of the same batch have taken. */
export type Claims = Map<string, string>;

/** @returns the problem instead, when HubSpot would refuse the record */
export function planWrite(
  account: Account,
  type: ObjectType,
  record: CrmRecord | undefined,
  sent: Properties,
  claims: Claims,
): PlannedWrite | Problem {
  if (record !== undefined && account.behaviour.lockedRecords.includes(record.id)) return locked(record.id);
  const { catalog } = account.store(type);
  const values = new Map<string, string>();
  const faults: PropertyFault[] = [];
  for (const [name, raw] of Object.entries(sent)) {
    if (raw === undefined) continue;
    const property = catalog.active(name);
    const checked =
      property === undefined
        ? { fault: { name, error: 'PROPERTY_DOESNT_EXIST', message: `Property "${name}" does not exist` } }
        : storedValue(property, raw === null ? '' : String(raw), record?.properties[name] ?? '');
    if ('fault' in checked) faults.push(checked.fault);
    else values.set(name, checked.stored);
  }
  faults.push(...stageFaults(account, type, record, values));
  if (faults.length > 0) return invalidProperties(faults, account.portalId);
  const absent = record === undefined ? objectTypes[type].required.filter((name) => !values.get(name)) : [];
  if (absent.length > 0)
    return invalid(`Error creating ${objectWord(type)}. Some required properties were not set.`, {
      context: { properties: absent },
    });
  return clash(account, type, record, values, claims) ?? { record, values, sent: Object.keys(sent) };
}

export function commit(
  account: Account,
  type: ObjectType,
  { record, values }: PlannedWrite,
  origin: Origin,
): CrmRecord {
  const store = account.store(type);
  return record === undefined ? store.create(values, origin) : store.update(record, values, origin);
}

/** A deal's or ticket's stage has to be one of its pipeline's. */
function stageFaults(
  account: Account,
  type: ObjectType,
  record: CrmRecord | undefined,
  values: ReadonlyMap<string, string>,
): PropertyFault[] {
  if (type !== 'deals' && type !== 'tickets') return [];
  const [pipelineName, stageName] =
    type === 'deals' ? (['pipeline', 'dealstage'] as const) : (['hs_pipeline', 'hs_pipeline_stage'] as const);
  const pipelines = account.data.pipelines[type];
  const pipelineId = values.get(pipelineName) ?? record?.properties[pipelineName] ?? pipelines[0]?.id;
  const pipeline = pipelines.find(({ id }) => id === pipelineId);
  const stage = values.get(stageName);
  const notAllowed = (
    name: string,
    value: string,
    allowed: readonly { id: string; label: string }[],
  ): PropertyFault => ({
    name,
    error: 'INVALID_OPTION',
    message: `${value} was not one of the allowed options: [${allowed.map(({ label, id }) => `label: "${label}" value: "${id}"`).join(', ')}]`,
  });
  if (pipeline === undefined) return [notAllowed(pipelineName, pipelineId ?? '', pipelines)];
  if (stage === undefined || stage === '' || pipeline.stages.some(({ id }) => id === stage)) return [];
  return [notAllowed(stageName, stage, pipeline.stages)];
}

function clash(
  account: Account,
  type: ObjectType,
  record: CrmRecord | undefined,
  values: ReadonlyMap<string, string>,
  claims: Claims,
): Problem | undefined {
  const store = account.store(type);
  for (const [name, value] of claimed(values, (property) => store.catalog.isUnique(property))) {
    const claim = `${name}=${value}`;
    if (name === 'email' && record === undefined && account.data.erasedEmails.includes(value))
      return invalid(
        `The contact with the email ${value} was deleted for privacy reasons and cannot be created again.`,
      );
    const owner = store.owner(name, value)?.id ?? claims.get(claim);
    if (owner !== undefined && owner !== record?.id) return taken(account, type, name, value, record?.id, owner);
    claims.set(claim, record?.id ?? 'new');
  }
  return undefined;
}

const claimed = (values: ReadonlyMap<string, string>, isUnique: (name: string) => boolean): [string, string][] =>
  [...values].flatMap(([name, value]): [string, string][] => {
    if (value === '') return [];
    if (name === 'hs_additional_emails')
      return value.split(';').map((address) => ['email', address.trim().toLowerCase()]);
    return isUnique(name) ? [[name, value]] : [];
  });

function taken(
  account: Account,
  type: ObjectType,
  name: string,
  value: string,
  recordId: string | undefined,
  owner: string,
): Problem {
  if (name === 'email') return conflict(owner);
  const coordinates =
    `portalId=${String(account.portalId)}, objectTypeId=ObjectTypeId{legacyObjectType=${objectWord(type)}}, ` +
    `propertyName=${name}, value=${value}`;
  return invalid(
    `Cannot set PropertyValueCoordinates{${coordinates}} on ${recordId ?? 'a new record'}. ${owner} already has that value.`,
  );
}
