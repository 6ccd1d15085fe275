import { z } from 'zod';
import { DeliveryError } from '../../delivery-error.js';
import type { FieldValues } from '../../destination.js';
import type { RecordReference, RemoteFact } from '../../remote-fact.js';
import { clientName, type SalesforceClient } from '../client.js';
import { vanishedCodes } from '../error-table.js';
import { fromWire } from '../from-wire.js';
import { phoneIn } from '../history/people-of-rows.js';
import { isSameId } from '../identity.js';
import type { ObjectSchema } from '../object-schema.js';
import { optOutBoxes, optOutKey } from '../opt-outs.js';
import type { PersonKind } from '../person-kind.js';
import type { SalesforceSettings } from '../settings.js';
import { fieldsOf, meaningOf, recordsOf, type ChangeEvent, type ChangeHeader } from './change-event.js';

export interface ChangeSight {
  readonly kind: PersonKind;
  readonly schema: ObjectSchema;
  /** The integration user; null: not known. */
  readonly us: string | null;
  readonly settings: SalesforceSettings;
}

/**
 * What a change event says of each of the people it names. Where it has no data the records are read.
 * @throws DeliveryError when such a record cannot be read
 */
export async function factsOfChange(
  client: SalesforceClient,
  event: ChangeEvent,
  sight: ChangeSight,
): Promise<readonly RemoteFact[]> {
  const header = event.payload.ChangeEventHeader;
  const ids = recordsOf(header);
  switch (meaningOf(header)) {
    case 'gone':
      return ids.map((id) => gone(id, header, sight));
    case 'made':
      return ids.flatMap((id) => changed(id, fieldsOf(event), header, sight, { isMade: true, isWhole: true }));
    case 'changed':
      return ids.flatMap((id) => changed(id, fieldsOf(event), header, sight, { isMade: false, isWhole: false }));
    case 'gap':
      return (await Promise.all(ids.map((id) => factsOfGap(client, id, header, sight)))).flat();
    case 'untold':
      return [];
  }
}

const row = z.record(z.string(), z.unknown());

async function factsOfGap(
  client: SalesforceClient,
  id: string,
  header: ChangeHeader,
  sight: ChangeSight,
): Promise<readonly RemoteFact[]> {
  const call = { operation: 'sobject.read', repeatable: true };
  try {
    const fields = await client.request(call, { method: 'GET', url: `/sobjects/${sight.kind.sobject}/${id}` }, row);
    return changed(id, fields, header, sight, { isMade: header.changeType === 'GAP_CREATE', isWhole: true });
  } catch (error) {
    if (error instanceof DeliveryError && vanishedCodes.has(error.details.code)) return [gone(id, header, sight)];
    throw error;
  }
}

function changed(
  id: string,
  fields: Readonly<Record<string, unknown>>,
  header: ChangeHeader,
  sight: ChangeSight,
  { isMade, isWhole }: { readonly isMade: boolean; readonly isWhole: boolean },
): readonly RemoteFact[] {
  const { kind, schema, settings } = sight;
  const text = (name: string): string | null => (typeof fields[name] === 'string' ? fields[name] : null);
  const about: RecordReference = {
    object: kind.id,
    remoteId: id,
    email: text(kind.email)?.toLowerCase() ?? null,
    phone: kind.phones.map((name) => phoneIn(text(name))).find((phone) => phone !== null) ?? null,
  };
  const common = { ...sharedBy(header, sight), about };
  const key = `${id}:${header.transactionKey}:${header.sequenceNumber}`;
  const boxes = optOutBoxes(kind, settings).filter(({ field }) => fields[field] === true);
  return [
    { ...common, kind: 'record_changed', created: isMade, fields: valuesIn(fields, schema), dedupeKey: `event:${key}` },
    ...boxes.map(({ field, purpose }) => ({
      ...common,
      kind: 'consent_said' as const,
      purpose,
      status: 'revoked' as const,
      evidence: `${field}: true`,
      // A change of the box is told each time. A whole record only says that it is ticked, as every poll does.
      dedupeKey: optOutKey({ field, purpose }, id, isWhole ? null : common.occurredAt),
    })),
  ];
}

const gone = (id: string, header: ChangeHeader, sight: ChangeSight): RemoteFact => ({
  ...sharedBy(header, sight),
  about: { object: sight.kind.id, remoteId: id, email: null, phone: null },
  kind: 'record_gone',
  erased: false,
  dedupeKey: `gone:${id}`,
});

const sharedBy = ({ changeOrigin, commitUser, commitTimestamp }: ChangeHeader, { us }: ChangeSight) => ({
  occurredAt: new Date(commitTimestamp),
  own: changeOrigin?.includes(`client=${clientName}`) === true || isSameId(us, commitUser ?? null),
});

function valuesIn(fields: Readonly<Record<string, unknown>>, schema: ObjectSchema): FieldValues {
  const values: Record<string, FieldValues[string]> = {};
  for (const [name, value] of Object.entries(fields)) {
    const field = schema.fields.get(name);
    if (field !== undefined) values[name] = fromWire(value, field);
  }
  return values;
}
