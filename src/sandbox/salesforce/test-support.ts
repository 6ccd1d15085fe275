import { Connection } from 'jsforce';
import { startSandbox, type RunningSandbox } from '../sandbox-server.js';
import { createSalesforceEmulator, sandboxCredentials } from './index.js';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** An org served on a free port, asked over plain HTTP as any client would. */
export class ServedOrg {
  private constructor(private readonly sandbox: RunningSandbox) {}

  static async start(): Promise<ServedOrg> {
    return new ServedOrg(await startSandbox(createSalesforceEmulator, { port: 0 }));
  }

  get origin(): string {
    return this.sandbox.origin;
  }

  close(): Promise<void> {
    return this.sandbox.close();
  }

  async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await fetch(this.origin + path, {
      method,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${sandboxCredentials.accessToken}`,
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text === '' ? null : JSON.parse(text) };
  }

  reset(): Promise<Answer> {
    return this.send('POST', '/_sandbox/reset');
  }

  api(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> {
    return this.send(method, `/services/data/v60.0${path}`, body, headers);
  }

  query(soql: string): Promise<Answer> {
    return this.api('GET', `/query?q=${encodeURIComponent(soql)}`);
  }

  upsert(records: readonly Record<string, unknown>[], headers?: Record<string, string>): Promise<Answer> {
    const body = {
      allOrNone: false,
      records: records.map((record) => ({ attributes: { type: 'Contact' }, ...record })),
    };
    return this.api('PATCH', '/composite/sobjects/Contact/Parley_Id__c', body, headers);
  }

  signIn(fields: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const { clientId: client_id, clientSecret: client_secret } = sandboxCredentials;
    const form = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret, ...fields });
    return this.send('POST', '/services/oauth2/token', form.toString(), {
      'content-type': 'application/x-www-form-urlencoded',
    });
  }

  async setClock(hoursFromNow: number): Promise<void> {
    await this.send('PUT', '/_sandbox/clock', { now: new Date(Date.now() + hoursFromNow * 3_600_000).toISOString() });
  }

  /** Makes a record, and gives its id. @throws Error with Salesforce's words */
  async make(object: string, values: Record<string, unknown>): Promise<string> {
    const { body, status } = await this.api('POST', `/sobjects/${object}`, values);
    if (status !== 201) throw new Error(JSON.stringify(body));
    return (body as { id: string }).id;
  }

  /** The rows that a query finds. */
  async rows(soql: string): Promise<readonly Record<string, unknown>[]> {
    const { body, status } = await this.query(soql);
    if (status !== 200) throw new Error(JSON.stringify(body));
    return (body as { records: Record<string, unknown>[] }).records;
  }

  async state(): Promise<Record<string, unknown>> {
    return (await this.send('GET', '/_sandbox/state')).body as Record<string, unknown>;
  }

  /** The org through Salesforce's own client, signed in. */
  jsforce(): Connection {
    return new Connection({
      instanceUrl: this.origin,
      loginUrl: this.origin,
      version: '60.0',
      accessToken: sandboxCredentials.accessToken,
    });
  }

  /** Changes the org's set-up as an admin would. */
  async change(change: (state: Record<string, unknown>) => Record<string, unknown>): Promise<void> {
    const { body } = await this.send('GET', '/_sandbox/state');
    const state = body as Record<string, unknown>;
    const { status } = await this.send('PUT', '/_sandbox/state', { ...state, ...change(state) });
    if (status !== 200) throw new Error(`The sandbox did not take the state: ${status}`);
  }
}

export const person = (key: string, more: Record<string, unknown> = {}) => ({
  Parley_Id__c: key,
  LastName: key,
  ...more,
});
