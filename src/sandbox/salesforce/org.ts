import type { SandboxClock } from '../emulator.js';
import { ApiUsage } from './api-usage.js';
import type { Caller } from './caller.js';
import { freshOrg, orgState, type OrgState } from './org-state.js';
import { adminUserId } from './fresh-records.js';
import { recordId } from './record-id.js';
import type { RecordChange } from './record-change.js';
import type { Values } from './records/behaviour.js';
import { salesforceTime } from './records/incoming-value.js';
import { completeRecords } from './records/complete-records.js';
import { RecordTable, type StoredRecord } from './records/record-table.js';
import { Transaction } from './records/transaction.js';
import { QueryCursors } from './rest/query-cursors.js';
import type { FieldDefinition } from './schema/field-definition.js';
import { freshFields, freshObjects } from './schema/fresh-objects.js';
import { grantedAccess, grantedRights } from './schema/granted-access.js';
import type { FieldsOfObjects, ObjectDefinition } from './schema/object-definition.js';
import type { OrgObject } from './schema/org-object.js';
import { Schema } from './schema/schema.js';
import { EventBus } from './streaming/event-bus.js';

/** What an import replaces and an export shows as it is; records, serials and calls live in structures of their own. */
export type Setup = Omit<OrgState, 'contacts' | 'records' | 'recycleBin' | 'apiCalls' | 'streamEvents' | 'nextSerial'>;

const contact = { name: 'Contact', label: 'Contact', labelPlural: 'Contacts', keyPrefix: '003' } as const;

/** One Salesforce org: its set-up, its records and its clock. */
export class Org {
  setup!: Setup;
  schema!: Schema;
  usage: ApiUsage;
  /** Whose call is being answered; calls are answered one at a time. */
  caller!: Caller;
  #tables: ReadonlyMap<string, RecordTable> = new Map();
  #nextSerial = 1;
  readonly #transaction = new Transaction();
  /** Platform events and change events. */
  readonly bus: EventBus;
  readonly cursors = new QueryCursors();
  readonly #listeners: ((changes: readonly RecordChange[]) => void)[] = [];

  constructor(readonly clock: SandboxClock) {
    this.usage = new ApiUsage(clock);
    this.bus = new EventBus(clock);
    this.#load(freshOrg(clock.now()));
  }

  reset(): void {
    this.cursors.clear();
    this.usage = new ApiUsage(this.clock);
    this.#load(freshOrg(this.clock.now()));
  }

  import(state: unknown): void {
    this.#load(orgState.parse(state));
  }

  export(): OrgState {
    const records = Object.fromEntries([...this.#tables].map(([name, table]) => [name, table.all()]));
    const bins = [...this.#tables].map(([name, table]): [string, StoredRecord[]] => [name, table.bin()]);
    const { Contact: contacts = [], ...others } = records;
    return {
      ...this.setup,
      contacts,
      records: others,
      recycleBin: Object.fromEntries(bins.filter(([, bin]) => bin.length > 0)),
      apiCalls: this.usage.export(),
      streamEvents: [...this.bus.all()],
      nextSerial: this.#nextSerial,
    };
  }

  newId(keyPrefix: string): string {
    const id = recordId(keyPrefix, this.#nextSerial);
    this.#nextSerial += 1;
    const table = this.schema.ofId(id)?.table;
    const isTaken = table?.get(id) !== undefined || table?.deleted(id) !== undefined;
    return isTaken ? this.newId(keyPrefix) : id;
  }

  /** Told of every change, once its transaction has ended well. */
  onChange(listener: (changes: readonly RecordChange[]) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Does work that holds together: when it throws, or asks for it, every change is undone and nobody is told.
   * Inside another transaction it is a part of that one that can be undone alone.
   */
  transaction<T>(work: () => T, keep: (result: T) => boolean = () => true): T {
    return this.#transaction.run(work, keep, (changes) => {
      for (const listener of this.#listeners) listener(changes);
    });
  }

  /** Keeps a record as it is given. */
  put(object: OrgObject, record: StoredRecord, before: StoredRecord | null): void {
    this.putQuietly(object, record);
    const kind = before === null ? 'CREATE' : 'UPDATE';
    this.#transaction.changed({ kind, object: object.name, record, before, at: this.clock.now(), by: this.caller });
  }

  /** Like `put`, for what Salesforce counts on its own: nobody is told. */
  putQuietly({ table }: OrgObject, record: StoredRecord): void {
    const previous = table.get(record.Id);
    table.put(record);
    this.#transaction.onUndo(() => (previous === undefined ? table.remove(record.Id, null) : table.put(previous)));
  }

  /** Puts a record into the recycle bin. */
  remove({ name, table }: OrgObject, id: string, more: Values = {}): void {
    const before = table.get(id);
    if (before === undefined) return;
    const record = { ...before, ...more, ...this.stamps(before), IsDeleted: true, Id: id };
    table.remove(id, record);
    this.#transaction.onUndo(() => table.put(before));
    this.#transaction.changed({ kind: 'DELETE', object: name, record, before, at: this.clock.now(), by: this.caller });
  }

  /** The records of an object whose look-up points to this one. */
  related(objectName: string, lookup: string, id: string): readonly StoredRecord[] {
    const { table, fields } = this.schema.any(objectName);
    const field = fields.find(({ name }) => name === lookup);
    return field === undefined ? [] : table.where(field, id);
  }

  /** What a new record holds before anybody has said anything. */
  blank({ fields }: OrgObject): Values {
    const values = fields.flatMap(({ name, type, defaultValue }) =>
      type === 'boolean' || defaultValue !== null ? [[name, defaultValue ?? false] as const] : [],
    );
    const owner = fields.some(({ name }) => name === 'OwnerId') ? { OwnerId: this.caller.userId } : {};
    return { ...Object.fromEntries(values), ...owner };
  }

  /** Who touched a record when. */
  stamps(before: StoredRecord | null): Values {
    const at = salesforceTime(this.clock.now());
    const { userId } = this.caller;
    const made = before === null ? { CreatedDate: at, CreatedById: userId } : {};
    return { ...made, LastModifiedDate: at, LastModifiedById: userId, SystemModstamp: at };
  }

  /** Gives an object these fields from now on. */
  setFields(objectName: string, fields: readonly FieldDefinition[]): void {
    if (objectName === contact.name) this.setup.contactFields = [...fields];
    else this.setup.fields[objectName] = [...fields];
    this.#tables.get(objectName)?.index(fields);
    this.refreshSchema();
  }

  /** After an admin changed who may see what, or what there is. */
  refreshSchema(): void {
    const tableOf = (name: string): RecordTable => {
      const table = this.#tables.get(name);
      if (table === undefined) throw new Error(`The org keeps no records of ${name}`);
      return table;
    };
    const { features, objectPermissions, organization } = this.setup;
    this.schema = new Schema({
      definitions: this.#definitions(),
      fields: this.#fields(),
      tableOf,
      features,
      permissions: grantedRights(objectPermissions, tableOf, organization.userId),
      granted: grantedAccess(tableOf, organization.userId),
    });
  }

  #definitions(): readonly ObjectDefinition[] {
    return [{ ...contact, nature: 'record', feature: null }, ...this.setup.objects];
  }

  #fields(): FieldsOfObjects {
    return { ...this.setup.fields, Contact: this.setup.contactFields };
  }

  #load({ contacts, records, recycleBin, apiCalls, streamEvents, nextSerial, ...setup }: OrgState): void {
    // A state saved by an older Parley lacks the objects that came later.
    const known = new Set(setup.objects.map(({ name }) => name));
    this.setup = {
      ...setup,
      objects: [...setup.objects, ...freshObjects().filter(({ name }) => !known.has(name))],
      fields: { ...freshFields(), ...setup.fields },
    };
    this.#tables = new Map(
      this.#definitions().map(({ name }) => {
        const given = name === contact.name ? contacts : (records[name] ?? []);
        const [bin = [], held = []] = [true, false].map((gone) =>
          given.filter((one) => (one.IsDeleted === true) === gone),
        );
        return [name, new RecordTable(this.#fields()[name] ?? [], held, [...(recycleBin[name] ?? []), ...bin])];
      }),
    );
    this.usage.import(apiCalls);
    this.bus.load(streamEvents);
    this.#nextSerial = nextSerial;
    this.refreshSchema();
    // What was put in by hand is an admin's doing, not the integration user's.
    const caller = { client: null, apiVersion: '60.0' };
    this.caller = { ...caller, userId: adminUserId };
    completeRecords(this);
    this.caller = { ...caller, userId: setup.organization.userId };
  }
}
