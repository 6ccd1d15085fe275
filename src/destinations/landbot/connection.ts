import { z } from 'zod';
import type { ActionRequest, ActionResult } from '../action.js';
import { DeliveryError } from '../delivery-error.js';
import type {
  Connection,
  ConnectionCheck,
  ConnectionContext,
  Json,
  OutgoingRecord,
  RecordPreview,
  RecordResult,
  RemoteField,
  UpsertRequest,
} from '../destination.js';
import { isNewThere } from '../new-there.js';
import { perform } from './actions.js';
import { LandbotClient } from './client.js';
import { type LandbotField, toField, typeOfHeld } from './field-value.js';
import type { LandbotSettings } from './settings.js';

type Write = LandbotField & { readonly name: string };

/** One Landbot account. Landbot has no tags on customers: a mapping's tags become one text field. */
export class LandbotConnection implements Connection {
  readonly #client: LandbotClient;

  constructor(
    private readonly settings: LandbotSettings,
    context: ConnectionContext,
  ) {
    this.#client = new LandbotClient(settings, context);
  }

  async check(): Promise<ConnectionCheck> {
    const channels = await this.#client.channels();
    return { account: `Landbot with ${String(channels)} channels`, problems: [] };
  }

  /** Landbot cannot be asked for its fields: those of one customer are shown, and any other name makes a new one. */
  async fields(): Promise<readonly RemoteField[]> {
    const customer = await this.#client.someCustomer();
    return Object.entries(customer ?? { id: '' }).map(([name, value]) => ({
      name,
      label: name,
      type: typeOfHeld(z.json().catch(null).parse(value)),
      nativeType: typeof value,
      writable: name !== 'id',
      required: name === 'id',
      unique: name === 'id',
      options: null,
    }));
  }

  async upsert({ object, records, tagsField }: UpsertRequest): Promise<readonly RecordResult[]> {
    if (object !== 'customer')
      throw new DeliveryError('rejected', `Parley does not write ${object} to Landbot`, { code: 'UNKNOWN_OBJECT' });
    return Promise.all(
      records.map((record) => this.#write(record, this.#writesOf(record, tagsField, isNewThere(record)))),
    );
  }

  async preview({ records, tagsField }: UpsertRequest): Promise<readonly RecordPreview[]> {
    return Promise.all(records.map((record) => this.#preview(record, this.#writesOf(record, tagsField, true))));
  }

  perform(action: string, requests: readonly ActionRequest[]): Promise<readonly ActionResult[]> {
    return perform({ client: this.#client, settings: this.settings }, action, requests);
  }

  /** Field by field: Landbot has no call for several. */
  async #write(record: OutgoingRecord, writes: readonly Write[]): Promise<RecordResult> {
    const { profileId, key } = record;
    try {
      for (const { name, ...field } of writes) await this.#client.setField(key, name, field);
      // Without a call nothing would say that Landbot does not know the customer.
      if (isNewThere(record) && writes.length === 0) await this.#client.customer(key);
      return { profileId, status: 'delivered', remoteId: key, created: false, memo: null, dropped: [] };
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      return { profileId, status: 'failed', error };
    }
  }

  async #preview({ profileId, key }: OutgoingRecord, writes: readonly Write[]): Promise<RecordPreview> {
    const payload: Json = writes.map(({ name, type, value }) => ({ name, type, value }));
    const base = { profileId, payload, dropped: [] };
    try {
      const held = await this.#client.customer(key);
      const differences = writes.flatMap(({ name, value }) => {
        const holds = z
          .json()
          .catch(null)
          .parse(held[name] ?? null);
        // Landbot gives its values back as text or not, as it likes.
        return heldText(holds) === String(value) ? [] : [{ field: name, holds, wants: value }];
      });
      const action = differences.length > 0 ? 'update' : 'nothing';
      return { ...base, remoteId: key, action, reason: null, differences };
    } catch (error) {
      if (!(error instanceof DeliveryError) || error.kind !== 'rejected') throw error;
      return { ...base, remoteId: null, action: 'refuse', reason: error.message, differences: [] };
    }
  }

  #writesOf(record: OutgoingRecord, tagsField: string | null, isWhole: boolean): Write[] {
    const fields = Object.entries(isWhole ? record.fields : record.changed).map(([name, value]) => ({
      name,
      ...toField(value, this.settings.typedFields),
    }));
    const hasTagNews = record.tagsToAdd.length + record.tagsToRemove.length > 0;
    if (tagsField === null || !(isWhole || hasTagNews)) return fields;
    return [...fields, { name: tagsField, type: 'string', value: record.tags.join(', ') }];
  }
}

const heldText = (held: Json): string =>
  held === null ? '' : typeof held === 'object' ? JSON.stringify(held) : String(held);
