import { z } from 'zod';

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
export type ChangeHeader = ChangeEvent['payload']['ChangeEventHeader'];

/**
 * What happened to the records. A gap event has no data: the org could not say what changed, so the record itself has to be read.
 * `untold`: too much at once, or outside of every record; only a poll finds out.
 * @see https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_other_events.htm
 */
export type ChangeMeaning = 'made' | 'changed' | 'gone' | 'gap' | 'untold';

const meanings: Readonly<Record<string, ChangeMeaning>> = {
  CREATE: 'made',
  UPDATE: 'changed',
  DELETE: 'gone',
  UNDELETE: 'changed',
  GAP_CREATE: 'gap',
  GAP_UPDATE: 'gap',
  GAP_DELETE: 'gone',
  GAP_UNDELETE: 'gap',
  GAP_OVERFLOW: 'untold',
};

export const meaningOf = ({ changeType }: ChangeHeader): ChangeMeaning => meanings[changeType] ?? 'untold';

/** The records that an event names. `003*` and an id of zeros stand for any number of records that it does not name. */
export const recordsOf = ({ recordIds }: ChangeHeader): readonly string[] =>
  recordIds.filter((id) => /^\w{15}(\w{3})?$/.test(id) && !id.startsWith('000'));

/** Names and addresses stand nested in events and flat everywhere else. */
const nests: Readonly<Record<string, string>> = {
  Name: '',
  Address: '',
  MailingAddress: 'Mailing',
  OtherAddress: 'Other',
};

/** The fields that an event tells, as they are called everywhere else. */
export function fieldsOf({ payload }: ChangeEvent): Readonly<Record<string, unknown>> {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(payload)) {
    const prefix = nests[name];
    if (name === 'ChangeEventHeader') continue;
    if (prefix === undefined || typeof value !== 'object' || value === null) fields[name] = value;
    else for (const [part, inner] of Object.entries(value)) fields[`${prefix}${part}`] = inner;
  }
  return fields;
}
