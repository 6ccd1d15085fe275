import { createSalesforceEmulator, sandboxCredentials } from '../../sandbox/salesforce/index.js';
import { recordId } from '../../sandbox/salesforce/record-id.js';
import { startSandbox, type RunningSandbox } from '../../sandbox/sandbox-server.js';
import type { GrantKeeper } from '../authorization.js';
import type { Connection, Json, KnownRecord, OutgoingRecord, RecordResult, UpsertRequest } from '../destination.js';
import { salesforce } from './definition.js';
import { salesforceSettings, type SalesforceSettings } from './settings.js';
import { plainRecord, plainTarget, testContext, type TestContext } from '../test-support.js';

/** Everything an emulated org answers to a test, beside Salesforce's own API. */
export class TestOrg {
  private constructor(readonly sandbox: RunningSandbox) {}

  static async start(): Promise<TestOrg> {
    return new TestOrg(await startSandbox(createSalesforceEmulator, { port: 0 }));
  }

  get origin(): string {
    return this.sandbox.origin;
  }

  /** Requests of the API, without those for tokens. */
  apiCalls(): string[] {
    return this.sandbox.journal
      .entries({ path: '/services/data' })
      .map(({ method, path }) => `${method} ${path.split('?')[0]?.replace('/services/data/v60.0', '') ?? ''}`);
  }

  tokenCalls(): number {
    return this.sandbox.journal.entries({ path: '/services/oauth2/token' }).length;
  }

  async control(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(`${this.origin}/_sandbox${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  }

  reset(): Promise<unknown> {
    return this.control('POST', '/reset');
  }

  fault(fault: Readonly<Record<string, unknown>>): Promise<unknown> {
    return this.control('POST', '/faults', fault);
  }

  async state(): Promise<OrgSnapshot> {
    return (await this.control('GET', '/state')) as OrgSnapshot;
  }

  /** Changes the org's set-up as an admin or time would. */
  async change(change: (state: OrgSnapshot) => Partial<OrgSnapshot>): Promise<void> {
    const state = await this.state();
    await this.control('PUT', '/state', { ...state, ...change(state) });
  }

  /** Records of one object as the org holds them. */
  async records(object: string): Promise<readonly Row[]> {
    const { contacts, records } = await this.state();
    return object === 'Contact' ? contacts : (records[object] ?? []);
  }

  /** Puts records into the org, as people or time would have. */
  put(rows: Readonly<Record<string, readonly Row[]>>): Promise<void> {
    return this.change(({ contacts, records }) => {
      const { Contact = [], ...others } = rows;
      const all: Record<string, readonly Row[]> = { ...records };
      for (const [object, some] of Object.entries(others)) all[object] = [...(all[object] ?? []), ...some];
      return { contacts: [...contacts, ...Contact], records: all };
    });
  }

  /** The contact with this key as the org holds it. */
  async contact(key: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    return (await this.state()).contacts.find((contact) => contact.Parley_Id__c === key);
  }

  settings(more: Readonly<Record<string, unknown>> = {}): SalesforceSettings {
    const { clientId, clientSecret } = sandboxCredentials;
    return salesforceSettings.parse({ instanceUrl: this.origin, clientId, clientSecret, ...more });
  }

  connect(more: Readonly<Record<string, unknown>> = {}, options: ConnectOptions = {}): Connection {
    return salesforce.connect(this.settings(more), this.context(options));
  }

  context({ timeoutMs = 10_000, now = () => new Date(), grants = null, remembered }: ConnectOptions = {}): TestContext {
    return testContext({ call: (_call, send) => send(AbortSignal.timeout(timeoutMs)), now, grants }, remembered);
  }
}

interface ConnectOptions {
  readonly timeoutMs?: number;
  readonly now?: () => Date;
  readonly grants?: GrantKeeper | null;
  readonly remembered?: Map<string, Json>;
}

export type Row = Readonly<Record<string, unknown>>;

export interface OrgSnapshot {
  readonly contacts: readonly Row[];
  readonly records: Readonly<Record<string, readonly Row[]>>;
  readonly contactFields: readonly (Readonly<Record<string, unknown>> & { readonly name: string })[];
  readonly sessions: readonly unknown[];
  readonly [part: string]: unknown;
}

/** A record with everything left out that a test does not care for; `changed` is all of `fields`. */
export function outgoing(key: string, more: Partial<OutgoingRecord> = {}): OutgoingRecord {
  const fields = more.fields ?? { LastName: { type: 'string', value: `Name of ${key}` } };
  return {
    profileId: `profile-${key}`,
    key,
    fields,
    changed: fields,
    ...plainRecord,
    tagsToAdd: more.tags ?? [],
    ...more,
  };
}

export const text = (value: string) => ({ type: 'string', value }) as const;
export const known = (remoteId = '003B0000000001AAA'): KnownRecord => ({ remoteId, memo: {} });

export const request = (records: readonly OutgoingRecord[], more: Partial<UpsertRequest> = {}): UpsertRequest => ({
  object: 'Contact',
  keyField: 'Parley_Id__c',
  tagsField: 'Chat_Tags__c',
  ...plainTarget,
  records,
  ...more,
});

/** The result of the record with this key. */
export function resultOf(results: readonly RecordResult[], key: string): RecordResult {
  const found = results.find(({ profileId }) => profileId === `profile-${key}`);
  if (found === undefined) throw new Error(`No result for ${key}`);
  return found;
}

/** A delivered result as what the next write knows of the record. */
export function knownFrom(result: RecordResult | undefined): KnownRecord {
  if (result?.status !== 'delivered') throw new Error(`Not delivered: ${JSON.stringify(result)}`);
  return { remoteId: result.remoteId, memo: result.memo };
}

/** Ids of records that a test puts in: far from those that the org gives itself. */
export const idOf = (keyPrefix: string, serial: number): string => recordId(keyPrefix, 50_000 + serial);
