import type { SandboxClock } from '../emulator.js';
import type { Announce, Happening } from './happening.js';
import { type ObjectType, objectTypeNames } from './object-types.js';
import { PropertyCatalog } from './properties/property-catalog.js';
import { AssociationStore } from './records/association-store.js';
import type { CrmRecord } from './records/record.js';
import { RecordStore } from './records/record-store.js';
import { type Behaviour, type Data, type State, stateSchema } from './state.js';

/** One account in memory: records with their indexes, and beside them everything else as plain data. */
export class Account {
  #data: Data;
  readonly #stores: ReadonlyMap<ObjectType, RecordStore>;
  readonly #listeners: Announce[] = [];
  readonly associations: AssociationStore;

  constructor(private readonly clock: SandboxClock) {
    const announce = (happening: Happening): void => this.tell(happening);
    this.associations = new AssociationStore(announce);
    this.#stores = new Map(
      objectTypeNames.map((type) => {
        const nextId = (): string => this.nextId(type === 'contacts' ? 'nextContactId' : 'nextId');
        return [type, new RecordStore(type, new PropertyCatalog(), { now: () => this.now(), nextId, announce })];
      }),
    );
    this.#data = this.load({});
  }

  /** Hears of everything that happens to records from now on, but not of what is loaded. */
  listen(listener: Announce): void {
    this.#listeners.push(listener);
  }

  /** Something has happened that no record store knows of. */
  tell(happening: Happening): void {
    for (const listener of this.#listeners) listener(happening);
  }

  /** @throws ZodError */
  load(raw: unknown): Data {
    const { contacts, properties, groups, objects, associations, ...data } = stateSchema.parse(raw);
    this.#data = data;
    const kinds = { ...objects, contacts: { records: contacts, properties, groups } };
    for (const [type, store] of this.#stores) {
      store.catalog.load(kinds[type].properties, kinds[type].groups);
      store.load(kinds[type].records);
    }
    this.associations.load(associations);
    return data;
  }

  save(): State {
    const { contacts, ...objects } = {
      contacts: this.#kind('contacts'),
      companies: this.#kind('companies'),
      deals: this.#kind('deals'),
      tickets: this.#kind('tickets'),
      notes: this.#kind('notes'),
      meetings: this.#kind('meetings'),
      calls: this.#kind('calls'),
      emails: this.#kind('emails'),
      tasks: this.#kind('tasks'),
    };
    return {
      ...this.#data,
      contacts: contacts.records,
      properties: contacts.properties,
      groups: contacts.groups,
      objects,
      associations: this.associations.save(),
    };
  }

  /** What is neither a record nor a property; changed in place. */
  get data(): Data {
    return this.#data;
  }
  get portalId(): number {
    return this.#data.portalId;
  }
  get behaviour(): Behaviour {
    return this.#data.behaviour;
  }

  now(): string {
    return this.clock.now().toISOString();
  }

  nextId(counter: 'nextContactId' | 'nextId' = 'nextId'): string {
    const id = String(this.#data[counter]);
    this.#data[counter] += 1;
    return id;
  }

  store(type: ObjectType): RecordStore {
    const store = this.#stores.get(type);
    if (store === undefined) throw new Error(`There is no kind of record called ${type}`);
    return store;
  }

  get contacts(): RecordStore {
    return this.store('contacts');
  }

  /** By address: the contact that holds it as primary or additional one. */
  contactByEmail(email: string): CrmRecord | undefined {
    return this.contacts.owner('email', email);
  }

  #kind(type: ObjectType) {
    const { catalog } = this.store(type);
    return { records: this.store(type).save(), properties: catalog.all(), groups: catalog.groups() };
  }
}
