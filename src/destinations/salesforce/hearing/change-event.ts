import { z } from 'zod';
import type { FieldValues } from '../../destination.js';
import type { RecordReference, RemoteFact } from '../../remote-fact.js';
import { clientName } from '../client.js';
import { fromWire } from '../from-wire.js';
import { phoneIn } from '../history/people-of-rows.js';
import type { ObjectSchema } from '../object-schema.js';
import { optOutBoxes } from '../opt-outs.js';
import type { PersonKind } from '../person-kind.js';
import type { SalesforceSettings } from '../settings.js';

/** @see https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_message_structure.htm */
export const changeEvent = z.object({
  event: z.object({ replayId: z.number() }),
  payload: z.looseObject({
    ChangeEventHeader: z.object({
      entityName: z.string(),
      recordIds: z.array(z.string()),
      changeType: z.string(),
      changeOrigin: z.string().nullish(),
      transactionKey: z.string(),
      sequenceNumber: z.number(),
      commitTimestamp: z.number(),
      commitUser: z.string().nullish(),
    }),
  }),
});
export type ChangeEvent = z.infer<typeof changeEvent>;

export interface EventSight {
  readonly kind: PersonKind;
  readonly schema: ObjectSchema;
  /** The integration user; null: not known. */
  readonly us: string | null;
  readonly settings: SalesforceSettings;
}

/** Events without data: the org could not say what changed, so the record itself has to be read. */
export const isGap = ({ payload }: ChangeEvent): boolean => payload.ChangeEventHeader.changeType.startsWith('GAP_');

/** Names and addresses stand nested in events and flat everywhere else. */
const nests: Readonly<Record<string, string>> = {
  Name: '',
  Address: '',
  MailingAddress: 'Mailing',
  OtherAddress: 'Other',
  PersonMailingAddress: 'PersonMailing',
};

function flat(payload: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(payload)) {
    const prefix = nests[name];
    if (prefix === undefined || typeof value !== 'object' || value === null) fields[name] = value;
    else for (const [part, inner] of Object.entries(value)) fields[`${prefix}${part}`] = inner;
  }
  return fields;
}

/** What a change event says, for each of the records it holds. */
export function factsOfEvent({ payload }: ChangeEvent, sight: EventSight): readonly RemoteFact[] {
  const { ChangeEventHeader: header, ...rest } = payload;
  return header.recordIds.flatMap((id) => factsOfRecord(id, flat(rest), header, sight));
}

type Header = ChangeEvent['payload']['ChangeEventHeader'];

/** @param fields what changed, or all of a record that was read because the event had no data */
export function factsOfRecord(
  id: string,
  fields: Readonly<Record<string, unknown>>,
  header: Header,
  { kind, schema, us, settings }: EventSight,
): readonly RemoteFact[] {
  const text = (name: string): string | null => (typeof fields[name] === 'string' ? fields[name] : null);
  const about: RecordReference = {
    object: kind.id,
    remoteId: id,
    email: text(kind.email)?.toLowerCase() ?? null,
    phone: kind.phones.map((name) => phoneIn(text(name))).find((phone) => phone !== null) ?? null,
  };
  const isOurs = header.changeOrigin?.includes(`client=${clientName}`) === true;
  const common = {
    about,
    occurredAt: new Date(header.commitTimestamp),
    own: isOurs || (us !== null && header.commitUser === us),
  };
  const key = `${id}:${header.transactionKey}:${header.sequenceNumber}`;
  if (header.changeType.endsWith('DELETE') && header.changeType !== 'UNDELETE')
    return [{ ...common, kind: 'record_gone', erased: false, dedupeKey: `gone:${id}` }];
  const boxes = optOutBoxes(kind, settings).filter(({ field }) => fields[field] === true);
  return [
    {
      ...common,
      kind: 'record_changed',
      created: header.changeType.endsWith('CREATE'),
      fields: valuesIn(fields, schema),
      dedupeKey: `event:${key}`,
    },
    ...boxes.map(({ field, purpose }) => ({
      ...common,
      kind: 'consent_said' as const,
      purpose,
      status: 'revoked' as const,
      evidence: `${field}: true`,
      dedupeKey: `opted_out:${field}:${purpose}:${id}`,
    })),
  ];
}

function valuesIn(fields: Readonly<Record<string, unknown>>, schema: ObjectSchema): FieldValues {
  const values: Record<string, FieldValues[string]> = {};
  for (const [name, value] of Object.entries(fields)) {
    const field = schema.fields.get(name);
    if (field !== undefined) values[name] = fromWire(value, field);
  }
  return values;
}
