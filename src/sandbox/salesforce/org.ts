import type { SandboxClock } from '../emulator.js';
import { ApiUsage } from './api-usage.js';
import { ContactTable } from './contact-table.js';
import { isVisible, type FieldDefinition } from './field-definition.js';
import { freshOrg, orgState, type OrgState } from './org-state.js';
import { recordId } from './record-id.js';

/** What an import replaces and an export shows as it is; contacts, serials and calls live in structures of their own. */
type Setup = Omit<OrgState, 'contacts' | 'apiCalls' | 'nextSerial'>;

/** One Salesforce org: its set-up, its contacts and its clock. */
export class Org {
  setup!: Setup;
  contacts!: ContactTable;
  usage: ApiUsage;
  #nextSerial = 1;
  #fields: ReadonlyMap<string, FieldDefinition> = new Map();

  constructor(readonly clock: SandboxClock) {
    this.usage = new ApiUsage(clock);
    this.#load(freshOrg(clock.now()));
  }

  reset(): void {
    this.usage = new ApiUsage(this.clock);
    this.#load(freshOrg(this.clock.now()));
  }

  import(state: unknown): void {
    this.#load(orgState.parse(state));
  }

  export(): OrgState {
    return {
      ...this.setup,
      contacts: this.contacts.all(),
      apiCalls: this.usage.export(),
      nextSerial: this.#nextSerial,
    };
  }

  /** A field that the integration user may see; names are written in any case. */
  field(name: string): FieldDefinition | undefined {
    const field = this.#fields.get(name.toLowerCase());
    return field !== undefined && isVisible(field) ? field : undefined;
  }

  newId(keyPrefix: string): string {
    const id = recordId(keyPrefix, this.#nextSerial);
    this.#nextSerial += 1;
    return id;
  }

  #load({ contacts, apiCalls, nextSerial, ...setup }: OrgState): void {
    this.setup = setup;
    this.contacts = new ContactTable(setup.contactFields, contacts);
    this.usage.import(apiCalls);
    this.#nextSerial = nextSerial;
    this.#fields = new Map(setup.contactFields.map((field) => [field.name.toLowerCase(), field]));
  }
}
