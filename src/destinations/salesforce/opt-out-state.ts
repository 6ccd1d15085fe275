import { individualField } from './individuals.js';
import { personKinds, type PersonKind } from './person-kind.js';
import { queriesByKey, soqlText } from './soql-text.js';
import type { QueriedRow } from './wire.js';
import type { Tools } from './write-plan.js';

/** May this person be sent e-mail, as far as Salesforce says? What cannot be seen is unknown, and unknown is no. */
export type OptOutState = 'allowed' | 'opted_out' | 'unknown';

/** Boxes of an Individual that forbid to write to the person; the strictest wins. */
const forbidding = ['HasOptedOutSolicit', 'HasOptedOutProcessing', 'ShouldForget'];

interface Seen {
  readonly optedOut: boolean | null;
  readonly individualId: string | null;
}

/** Looks at the opt-out box, the Individual and the contact-point consent of these records, with a query for each that the org has. */
export async function readOptOuts(
  tools: Pick<Tools, 'client' | 'schemas'>,
  ids: readonly string[],
): Promise<(id: string) => OptOutState> {
  const seen = new Map<string, Seen>();
  for (const kind of Object.values(personKinds))
    for (const [id, one] of await readBoxes(
      tools,
      kind,
      ids.filter((id) => id.startsWith(kind.idPrefix)),
    ))
      seen.set(id, one);
  const individuals = [...new Set([...seen.values()].flatMap(({ individualId }) => individualId ?? []))];
  const forbidden = new Set([
    ...(await forbiddenIndividuals(tools, individuals)),
    ...(await optedOutPoints(tools, individuals)),
  ]);
  return (id) => {
    const one = seen.get(id);
    if (one === undefined || one.optedOut === null) return 'unknown';
    return one.optedOut || forbidden.has(one.individualId ?? '') ? 'opted_out' : 'allowed';
  };
}

async function readBoxes(
  { client, schemas }: Pick<Tools, 'client' | 'schemas'>,
  kind: PersonKind,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Seen>> {
  const seen = new Map<string, Seen>();
  const fields = ids.length === 0 ? undefined : (await schemas.find(kind.sobject))?.fields;
  if (fields?.has(kind.emailOptOut) !== true) return seen;
  const individual = individualField[kind.id];
  const select = ['Id', kind.emailOptOut, ...(fields.has(individual) ? [individual] : [])];
  for (const row of await rowsOf({ client }, kind.sobject, select, 'Id', ids))
    seen.set(String(row.Id), {
      optedOut: typeof row[kind.emailOptOut] === 'boolean' ? row[kind.emailOptOut] === true : null,
      individualId: typeof row[individual] === 'string' ? row[individual] : null,
    });
  return seen;
}

async function forbiddenIndividuals(
  { client, schemas }: Pick<Tools, 'client' | 'schemas'>,
  ids: readonly string[],
): Promise<readonly string[]> {
  const fields = ids.length === 0 ? undefined : (await schemas.find('Individual'))?.fields;
  const boxes = forbidding.filter((name) => fields?.has(name) === true);
  if (boxes.length === 0) return [];
  const rows = await rowsOf({ client }, 'Individual', ['Id', ...boxes], 'Id', ids);
  return rows.filter((row) => boxes.some((box) => row[box] === true)).map(({ Id }) => String(Id));
}

async function optedOutPoints(
  { client, schemas }: Pick<Tools, 'client' | 'schemas'>,
  ids: readonly string[],
): Promise<readonly string[]> {
  if (ids.length === 0 || (await schemas.find('ContactPointTypeConsent')) === null) return [];
  const suffix = ` AND ContactPointType = ${soqlText('Email')} AND PrivacyConsentStatus = ${soqlText('OptOut')}`;
  const rows = await rowsOf({ client }, 'ContactPointTypeConsent', ['PartyId'], 'PartyId', ids, suffix);
  return rows.map(({ PartyId }) => String(PartyId));
}

async function rowsOf(
  { client }: Pick<Tools, 'client'>,
  object: string,
  fields: readonly string[],
  column: string,
  values: readonly string[],
  suffix = '',
): Promise<QueriedRow[]> {
  const rows: QueriedRow[] = [];
  for (const soql of queriesByKey(object, fields, column, values, suffix)) rows.push(...(await client.query(soql)));
  return rows;
}
