import type { ActionRequest, ActionResult } from '../action.js';
import { DeliveryError } from '../delivery-error.js';
import type {
  Connection,
  ConnectionCheck,
  ConnectionContext,
  Json,
  OutgoingRecord,
  PrepareReport,
  PrepareRequest,
  RecordPreview,
  RecordResult,
  RemoteField,
  UpsertRequest,
} from '../destination.js';
import { perform } from './actions.js';
import { ManychatClient } from './client.js';
import { FieldCatalog, nameKey } from './field-catalog.js';
import { FlowAllowance } from './flow-allowance.js';
import { toRemoteField, typeFor } from './field-value.js';
import type { ManychatSettings } from './settings.js';
import { planFields, writeSubscriber } from './write-subscriber.js';

/** One ManyChat page. */
export class ManychatConnection implements Connection {
  readonly #client: ManychatClient;
  readonly #catalog: FieldCatalog;
  readonly #flows: FlowAllowance;

  constructor(settings: ManychatSettings, context: ConnectionContext) {
    this.#client = new ManychatClient(settings, context);
    this.#catalog = new FieldCatalog(this.#client, context.now);
    this.#flows = new FlowAllowance(context.now);
  }

  async check(): Promise<ConnectionCheck> {
    const { id, name } = await this.#client.page();
    return { account: `${name} (page ${id})`, problems: [] };
  }

  async fields(): Promise<readonly RemoteField[]> {
    const fields = await this.#catalog.read(0);
    return [contactId, ...[...fields.values()].map(toRemoteField)];
  }

  async prepare({ fields: wanted, create, dryRun }: PrepareRequest): Promise<PrepareReport> {
    const present = await this.#catalog.read(0);
    const missing = wanted.filter(({ name, key }) => !key && !present.has(nameKey(name)));
    const named = missing.map(({ name, type }) => ({ name, type: typeFor[type] }));
    if (!create.fields)
      return {
        created: [],
        problems: named.map(
          ({ name, type }) => `ManyChat has no custom field "${name}": make one of the type ${type} there.`,
        ),
      };
    if (!dryRun) for (const { name, type } of named) await this.#client.createField(name, type);
    if (!dryRun && named.length > 0) await this.#catalog.read(0);
    return { created: named.map(({ name, type }) => `Custom field "${name}" of the type ${type}.`), problems: [] };
  }

  async upsert({ object, records, create }: UpsertRequest): Promise<readonly RecordResult[]> {
    requireContacts(object);
    const fields = await this.#catalog.readFor(records.flatMap((record) => Object.keys(record.fields)));
    return Promise.all(records.map((record) => writeSubscriber(this.#client, record, fields, create)));
  }

  async preview({ records }: UpsertRequest): Promise<readonly RecordPreview[]> {
    const fields = await this.#catalog.readFor(records.flatMap((record) => Object.keys(record.fields)));
    return Promise.all(
      records.map(async (record) => {
        const { writes, dropped } = planFields(record.fields, fields);
        const payload: Json = {
          subscriber_id: record.key,
          fields: writes.map((write) => ({ ...write })),
          tags: [...record.tags],
        };
        return { profileId: record.profileId, payload, dropped, ...(await this.#compare(record, writes)) };
      }),
    );
  }

  perform(action: string, requests: readonly ActionRequest[]): Promise<readonly ActionResult[]> {
    return perform({ client: this.#client, flows: this.#flows }, action, requests);
  }

  async #compare(
    { key, tags }: OutgoingRecord,
    writes: readonly { readonly field_name: string; readonly field_value: Json }[],
  ): Promise<Pick<RecordPreview, 'remoteId' | 'action' | 'reason' | 'differences'>> {
    try {
      const { custom_fields: present, tags: held } = await this.#client.subscriber(key);
      const values = new Map(present.map(({ name, value }) => [nameKey(name), value ?? null]));
      const differences = writes.flatMap(({ field_name: field, field_value: wants }) => {
        const holds = values.get(nameKey(field)) ?? null;
        return holds === wants ? [] : [{ field, holds, wants }];
      });
      const names = held.map(({ name }) => name);
      const tagsDiffer = tags.some((tag) => !names.includes(tag));
      const all = tagsDiffer ? [...differences, { field: 'tags', holds: names, wants: tags }] : differences;
      return { remoteId: key, action: all.length > 0 ? 'update' : 'nothing', reason: null, differences: all };
    } catch (error) {
      if (!(error instanceof DeliveryError) || error.kind !== 'rejected') throw error;
      return { remoteId: null, action: 'refuse', reason: error.message, differences: [] };
    }
  }
}

/** Contacts come from conversations; nobody is made through this API. */
const contactId: RemoteField = {
  name: 'id',
  label: 'Contact Id',
  type: 'string',
  nativeType: 'id',
  writable: false,
  required: true,
  unique: true,
  options: null,
};

function requireContacts(object: string): void {
  if (object !== 'contact')
    throw new DeliveryError('rejected', `Parley does not write ${object} to ManyChat`, { code: 'UNKNOWN_OBJECT' });
}
