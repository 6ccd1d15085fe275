import type { SandboxClock } from '../emulator.js';
import { type Behaviour, type Contact, type Property, type State, stateSchema } from './state.js';

const emailProperties = new Set(['email', 'hs_additional_emails']);

/** One account in memory, with an index per unique property. */
export class Account {
  #state: Omit<State, 'contacts' | 'properties'> = stateSchema.parse({});
  #properties = new Map<string, Property>();
  #contacts = new Map<string, Contact>();
  /** Per unique property: value → id of the contact that holds it. Additional e-mail addresses count as e-mail addresses. */
  #owners = new Map<string, Map<string, string>>();

  constructor(private readonly clock: SandboxClock) {
    this.load({});
  }

  /** @throws ZodError */
  load(raw: unknown): void {
    const { contacts, properties, ...state } = stateSchema.parse(raw);
    this.#state = state;
    this.#properties = new Map(properties.map((property) => [property.name, property]));
    this.#contacts = new Map();
    this.#owners = new Map();
    for (const contact of contacts) {
      this.#contacts.set(contact.id, contact);
      if (!contact.archived) this.#claim(contact);
    }
  }

  save(): State {
    return { ...this.#state, properties: [...this.#properties.values()], contacts: [...this.#contacts.values()] };
  }

  get portalId(): number {
    return this.#state.portalId;
  }
  get timeZone(): string {
    return this.#state.timeZone;
  }
  get behaviour(): Behaviour {
    return this.#state.behaviour;
  }
  get apps(): State['apps'] {
    return this.#state.apps;
  }
  get groups(): State['groups'] {
    return this.#state.groups;
  }

  now(): string {
    return this.clock.now().toISOString();
  }

  properties(): Property[] {
    return [...this.#properties.values()];
  }

  property(name: string): Property | undefined {
    return this.#properties.get(name);
  }

  define(property: Property): void {
    this.#properties.set(property.name, property);
  }

  isUnique(propertyName: string): boolean {
    return this.#properties.get(propertyName)?.hasUniqueValue ?? false;
  }

  contact(id: string): Contact | undefined {
    const found = this.#contacts.get(id);
    return found?.archived === true ? undefined : found;
  }

  contacts(): Contact[] {
    return [...this.#contacts.values()].filter(({ archived }) => !archived);
  }

  /** Who holds this value of a unique property; e-mail addresses in any case, and a contact's additional ones too. */
  owner(propertyName: string, value: string): Contact | undefined {
    const id = this.#owners.get(propertyName)?.get(comparable(propertyName, value));
    return id === undefined ? undefined : this.contact(id);
  }

  create(values: ReadonlyMap<string, string>): Contact {
    const id = String(this.#state.nextContactId);
    this.#state = { ...this.#state, nextContactId: this.#state.nextContactId + 1 };
    const at = this.now();
    return this.#put({ id, createdAt: at, updatedAt: at, archived: false, properties: {} }, values);
  }

  update(contact: Contact, values: ReadonlyMap<string, string>): Contact {
    return this.#put({ ...contact, updatedAt: this.now() }, values);
  }

  archive(contact: Contact): void {
    this.#release(contact);
    this.#contacts.set(contact.id, { ...contact, archived: true, updatedAt: this.now() });
  }

  #put(contact: Contact, values: ReadonlyMap<string, string>): Contact {
    const merged = { ...contact.properties, ...Object.fromEntries(values) };
    const properties = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''));
    const next = { ...contact, properties };
    this.#release(contact);
    this.#contacts.set(next.id, next);
    this.#claim(next);
    return next;
  }

  #claim(contact: Contact): void {
    for (const [name, value] of uniqueValues(contact, (property) => this.isUnique(property))) {
      const owners = this.#owners.get(name) ?? new Map<string, string>();
      owners.set(value, contact.id);
      this.#owners.set(name, owners);
    }
  }

  #release(contact: Contact): void {
    for (const [name, value] of uniqueValues(contact, (property) => this.isUnique(property)))
      if (this.#owners.get(name)?.get(value) === contact.id) this.#owners.get(name)?.delete(value);
  }
}

const comparable = (name: string, value: string): string =>
  emailProperties.has(name) ? value.trim().toLowerCase() : value;

function uniqueValues(contact: Contact, isUnique: (name: string) => boolean): [string, string][] {
  return Object.entries(contact.properties).flatMap(([name, value]): [string, string][] => {
    if (name === 'hs_additional_emails') return value.split(';').map((address) => ['email', comparable(name, address)]);
    return isUnique(name) ? [[name, comparable(name, value)]] : [];
  });
}
