import { z } from 'zod';
import { DeliveryError } from '../delivery-error.js';
import type { SavedPerson } from './after-save.js';
import type { SalesforceClient } from './client.js';
import { createRows, inCollections, updateRows } from './collections.js';
import type { PersonKind } from './person-kind.js';
import { queriesByKey } from './soql-text.js';
import { complaintError } from './to-delivery-error.js';
import type { Tools } from './write-plan.js';

/** The field of a person's record that names the Individual behind it. */
export const individualField = {
  Contact: 'IndividualId',
  Lead: 'IndividualId',
  PersonAccount: 'PersonIndividualId',
} as const satisfies Record<PersonKind['id'], string>;

const text = z.string().nullish();

/**
 * The Individual behind each person, made and linked where there is none.
 * @returns by profile: its id, or why there is none
 */
export async function linkIndividuals(
  { client, schemas }: Tools,
  people: readonly SavedPerson[],
): Promise<ReadonlyMap<string, string | DeliveryError>> {
  const parties = new Map<string, string | DeliveryError>();
  for (const [kind, group] of Map.groupBy(people, (person) => person.kind)) {
    const field = individualField[kind.id];
    const schema = await schemas.get(kind.sobject);
    if (schema.fields.get(field)?.updateable !== true) {
      for (const { record } of group) parties.set(record.profileId, noField(kind, field));
      continue;
    }
    const held = await readIndividuals(
      client,
      kind,
      group.map(({ result }) => result.remoteId),
    );
    const without: { readonly person: SavedPerson; readonly lastName: string }[] = [];
    for (const person of group) {
      const row = held.get(person.result.remoteId);
      const individual = text.parse(row?.[field]) ?? null;
      if (individual === null) without.push({ person, lastName: text.parse(row?.LastName) ?? '(unknown)' });
      else parties.set(person.record.profileId, individual);
    }
    for (const [profileId, party] of await makeAndLink(client, kind, without)) parties.set(profileId, party);
  }
  return parties;
}

async function readIndividuals(client: SalesforceClient, kind: PersonKind, ids: readonly string[]) {
  const rows = new Map<string, Readonly<Record<string, unknown>>>();
  const select = ['Id', 'LastName', individualField[kind.id]];
  for (const soql of queriesByKey(kind.sobject, select, 'Id', ids))
    for (const row of await client.query(soql)) rows.set(String(row.Id), row);
  return rows;
}

async function makeAndLink(
  client: SalesforceClient,
  kind: PersonKind,
  people: readonly { readonly person: SavedPerson; readonly lastName: string }[],
): Promise<ReadonlyMap<string, string | DeliveryError>> {
  const parties = new Map<string, string | DeliveryError>();
  const made = await inCollections(people, (some) =>
    createRows(
      client,
      'Individual',
      some.map(({ lastName }) => ({ LastName: lastName })),
    ),
  );
  const links: { readonly person: SavedPerson; readonly individual: string }[] = [];
  for (const [index, { person }] of people.entries()) {
    const complaint = made[index]?.errors[0];
    const individual = made[index]?.id;
    if (individual !== undefined) links.push({ person, individual });
    else parties.set(person.record.profileId, complaint === undefined ? notMade() : complaintError(complaint, 200));
  }
  const linked = await inCollections(links, (some) =>
    updateRows(
      client,
      kind.sobject,
      some.map(({ person, individual }) => ({ id: person.result.remoteId, [individualField[kind.id]]: individual })),
    ),
  );
  for (const [index, { person, individual }] of links.entries()) {
    const complaint = linked[index]?.errors[0];
    parties.set(person.record.profileId, complaint === undefined ? individual : complaintError(complaint, 200));
  }
  return parties;
}

const noField = ({ sobject }: PersonKind, field: string): DeliveryError =>
  new DeliveryError('rejected', `The integration user cannot edit ${field} of ${sobject}, so consents cannot be kept`, {
    code: 'INVALID_FIELD_FOR_INSERT_UPDATE',
    field,
    recordOnly: true,
  });
const notMade = (): DeliveryError =>
  new DeliveryError('transient', 'Salesforce did not say what became of the Individual', {
    code: 'RESULT_MISSING',
    recordOnly: true,
  });
