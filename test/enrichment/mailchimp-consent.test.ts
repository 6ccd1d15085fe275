import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { ProviderHookRequest } from '../../src/destinations/provider-webhooks.js';
import { FactIntake } from '../../src/enrichment/fact-intake.service.js';
import { Pulls } from '../../src/enrichment/pulls.service.js';
import type { IncomingConsent } from '../../src/events/incoming-event.js';
import { MappingDirectory } from '../../src/mapping/mapping-directory.service.js';
import { createMailchimpEmulator, freshAudienceId as audience } from '../../src/sandbox/mailchimp/index.js';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/sandbox-server.js';
import { attribute, type Core, email, incoming, startCore, subscriber, TestClock } from '../support/core.js';
import { testDatabase } from '../support/database.js';

/**
 * The promise that matters most, through everything that is real: chat events go through the pipeline, what becomes of them through delivery
 * and the connector to the sandbox, what happens there comes back by webhooks and pulls, in two processes on one database.
 */
const database = testDatabase();
const clock = new TestClock();
const webhookSecret = 'a-secret-in-the-address';
const apiKey = 'sandbox-us1';
let sandbox: RunningSandbox;
let here: Core;
let elsewhere: Core;
/** Webhooks that Mailchimp has sent and nobody has read yet. */
const underWay: Omit<ProviderHookRequest, 'receivedAt'>[] = [];
const hooks = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { href: url, searchParams } = new URL(request.url ?? '/', 'http://parley.test');
    const query = Object.fromEntries(searchParams);
    if (request.method === 'POST')
      underWay.push({ method: 'POST', url, headers: {}, query, body: Buffer.concat(chunks) });
    response.end('ok');
  });
});

beforeAll(async () => {
  sandbox = await startSandbox(createMailchimpEmulator, { port: 0 });
  here = await startCore(database.url, clock);
  elsewhere = await startCore(database.url, clock);
  await new Promise<void>((listening) => hooks.listen(0, '127.0.0.1', listening));
  for (const core of [here, elsewhere])
    await core.connect({
      key: 'mailchimp',
      provider: 'mailchimp',
      title: 'Mailchimp',
      settings: { baseUrl: sandbox.origin, apiKey, audienceId: audience, webhookSecret },
      mapping: {
        object: 'member',
        key: { from: 'email', to: 'email_address' },
        fields: [{ from: 'firstName', to: 'FNAME', direction: 'both' }],
      },
    });
  const { port } = hooks.address() as AddressInfo;
  await ask('POST', `/3.0/lists/${audience}/webhooks`, {
    url: `http://127.0.0.1:${String(port)}/hooks/destinations/mailchimp?secret=${webhookSecret}`,
    events: { subscribe: true, unsubscribe: true, profile: true, cleaned: true, upemail: true },
    sources: { user: true, admin: true, api: false },
  });
});
afterAll(async () => {
  await Promise.all([here.close(), elsewhere.close()]);
  await sandbox.close();
  await new Promise((closed) => hooks.close(closed));
});

async function ask(method: string, path: string, body?: unknown): Promise<string> {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const sent = body === undefined ? { headers } : { headers, body: JSON.stringify(body) };
  return (await fetch(`${sandbox.origin}${path}`, { method, ...sent })).text();
}

const statusAnswer = z.object({ status: z.union([z.string(), z.number()]) });

/** What Mailchimp holds at these addresses. */
async function statuses(addresses: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(
    addresses.map(async (address) => {
      const answer = await ask('GET', `/3.0/lists/${audience}/members/${address}`);
      return [address, statusAnswer.parse(JSON.parse(answer)).status] as const;
    }),
  );
  // A problem has the status 404.
  return new Map(found.flatMap(([address, status]) => (typeof status === 'string' ? [[address, status]] : [])));
}

async function pass(ms: number): Promise<void> {
  clock.forward(ms);
  await ask('PUT', '/_sandbox/clock', { now: clock.now().toISOString() });
}

/** As the address that Mailchimp calls does. */
async function receive(call: ProviderHookRequest): Promise<void> {
  const from = elsewhere.get(MappingDirectory).findConnected('mailchimp');
  const webhooks = from?.provider.webhooks;
  if (from === undefined || webhooks === undefined) throw new Error('the destination is connected');
  expect(webhooks.verify(call, from.settings)).toBeNull();
  await elsewhere.get(FactIntake).take(from, webhooks.read(call, from.settings));
}

const acts = [
  'chats',
  'ticks',
  'unticks',
  'agrees',
  'refuses',
  'moves to another address',
  'opts out at Mailchimp',
  'signs up at Mailchimp',
  'reports spam',
  'is unsubscribed by a colleague',
  'is unsubscribed by a program',
  'bounces',
  'is archived',
  'is forgotten',
  'webhooks arrive',
  'a pull',
  'a delivery',
  'a delivery whose answer gets lost',
  'a delivery among others',
  'a delivery by the other process',
] as const;
type Act = (typeof acts)[number];
interface Move {
  readonly act: Act;
  readonly afterMs: number;
}

/** One person's story. */
class Story {
  #address = 0;
  #isTicked = true;
  profileId = '';
  /** The person's own last word, wherever it was said, and when. */
  #said: { readonly yes: boolean; readonly at: number } = { yes: true, at: 0 };
  /** Somebody took them off at Mailchimp, or they said no, and when. */
  #offAt = -Infinity;
  readonly #goneAt = new Map<string, number>();
  readonly #forgotten = new Set<string>();
  /** Opt-outs at Mailchimp that webhooks tell are heard by the next arrival. */
  #toldAt = -Infinity;
  #past: string[] = [];

  constructor(readonly name: string) {}

  get email(): string {
    return this.addresses.at(-1) ?? '';
  }

  get addresses(): readonly string[] {
    return Array.from({ length: this.#address + 1 }, (_, index) => `${this.name}-${String(index)}@chat.test`);
  }

  async say(consents: readonly IncomingConsent[], who = this.name, address = this.email): Promise<string> {
    const attributes = { email: address, firstName: `name ${String(clock.now().getTime())}` };
    const [decision] = await here.submit(
      incoming(who, {
        identities: [subscriber(who), email(address)],
        attributes: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
        consents,
      }),
    );
    return decision?.profileId ?? '';
  }

  async begin(): Promise<void> {
    this.profileId = await this.say([this.#tick()]);
    this.#said = { yes: true, at: this.#now() };
    await this.#others();
    await this.#deliver(here);
  }

  async play({ act, afterMs }: Move): Promise<void> {
    await pass(afterMs);
    this.#past.push(`${act} (${String(afterMs)} ms later)`);
    const isDelivery = act.startsWith('a delivery');
    const before = isDelivery ? await statuses(this.addresses) : new Map<string, string>();
    await this.#acts[act]();
    if (isDelivery) await this.#isJustified(before, await statuses(this.addresses));
  }

  /** Everything that is still on its way arrives. */
  async end(): Promise<void> {
    for (const act of ['webhooks arrive', 'a delivery', 'a delivery among others', 'a pull', 'a delivery'] as const)
      await this.play({ act, afterMs: 3_600_000 });
    if (this.#said.yes || this.#said.at <= 0) return;
    const story = this.#story('a "no" was the last word');
    expect(await this.#consent(), story).toBe('revoked');
    expect([...(await statuses(this.addresses)).values()], story).not.toContain('subscribed');
  }

  readonly #acts: Record<Act, () => Promise<unknown>> = {
    chats: () => this.say([this.#tick()]),
    ticks: () => this.#stores(true),
    unticks: () => this.#stores(false),
    agrees: () => this.#decides(true),
    refuses: () => this.#decides(false),
    'moves to another address': async () => {
      this.#address += 1;
      await this.say([this.#tick()]);
    },
    'opts out at Mailchimp': () => this.#onPage('/unsubscribe?', (was) => this.#left(was !== 'unsubscribed')),
    'signs up at Mailchimp': () =>
      this.#onPage('/subscribe?', () => {
        this.#forgotten.delete(this.email);
        this.#said = { yes: true, at: this.#now() };
      }),
    'reports spam': () => this.#onPage('/bounce?reason=abuse&', (was) => this.#left(was !== 'cleaned')),
    'is unsubscribed by a colleague': () =>
      this.#onPage('/unsubscribe?by=admin&', (was) => this.#left(was !== 'unsubscribed')),
    'is unsubscribed by a program': () =>
      this.#inApi('PATCH', '', { status: 'unsubscribed' }, () => (this.#offAt = this.#now())),
    // Nothing is sent to anybody else.
    bounces: async () => {
      if ((await this.#status()) === 'subscribed') await this.#onPage('/bounce?', () => undefined);
    },
    'is archived': () => this.#onPage('/archive?', () => this.#goneAt.set(this.email, this.#now())),
    'is forgotten': () =>
      this.#inApi('POST', '/actions/delete-permanent', undefined, () => this.#forgotten.add(this.email)),
    'webhooks arrive': () => this.#hear(),
    'a pull': () => this.#pull(),
    'a delivery': () => this.#deliver(here),
    'a delivery whose answer gets lost': async () => {
      await ask('POST', '/_sandbox/faults', { path: `/lists/${audience}`, drop: 'after' });
      await this.#deliver(here);
      await ask('DELETE', '/_sandbox/faults');
    },
    'a delivery by the other process': () => this.#deliver(elsewhere),
    'a delivery among others': async () => {
      await this.#others();
      await this.say([this.#tick()]);
      await this.#deliver(here);
    },
  };

  #now = (): number => clock.now().getTime();

  /** What the platform has stored and sends with every message. */
  #tick(): IncomingConsent {
    const status = this.#isTicked ? 'granted' : 'revoked';
    return { purpose: 'email', status, evidence: `optin_email: ${String(this.#isTicked)}`, field: 'optin_email' };
  }

  async #stores(isTicked: boolean): Promise<void> {
    const isNews = this.#isTicked !== isTicked;
    this.#isTicked = isTicked;
    await this.say([this.#tick()]);
    if (isNews) this.#decided(isTicked);
  }

  async #decides(yes: boolean): Promise<void> {
    await this.say([{ purpose: 'email', status: yes ? 'granted' : 'revoked', evidence: 'in words', field: null }]);
    this.#decided(yes);
  }

  #decided(yes: boolean): void {
    this.#said = { yes, at: this.#now() };
    if (!yes) this.#offAt = this.#now();
  }

  /** @param isTold there is no webhook for what changes nothing */
  #left(isTold: boolean): void {
    this.#offAt = this.#now();
    if (!isTold) return;
    this.#decided(false);
    this.#toldAt = this.#now();
  }

  /** @param happened only when Mailchimp has such a contact; what it was before */
  async #onPage(path: string, happened: (was: string | undefined) => unknown): Promise<void> {
    const was = await this.#status();
    const url = `${sandbox.origin}${path}id=${audience}&e=${encodeURIComponent(this.email)}`;
    if ((await fetch(url)).ok) happened(was);
  }

  async #inApi(method: string, path: string, body: unknown, happened: () => unknown): Promise<void> {
    const answer = await ask(method, `/3.0/lists/${audience}/members/${this.email}${path}`, body);
    if (!answer.includes('Resource Not Found')) happened();
  }

  async #hear(): Promise<void> {
    await vi.waitFor(async () => expect(await ask('GET', '/_sandbox')).not.toContain('>waiting'), { interval: 5 });
    for (const call of underWay.splice(0)) await receive({ ...call, receivedAt: clock.now() });
    if (this.#said.yes || this.#said.at !== this.#toldAt) return;
    expect(await this.#consent(), this.#story('an opt-out at Mailchimp was told')).toBe('revoked');
  }

  async #pull(): Promise<void> {
    await pass(16 * 60_000);
    await here.get(Pulls).sweep();
    await here.get(Pulls).run('mailchimp', 'members');
  }

  /** Enough others have news at the same time that a batch goes out. */
  async #others(): Promise<void> {
    const said = { purpose: 'email', status: 'granted', evidence: 'yes', field: 'optin_email' } as const;
    await Promise.all(
      [1, 2, 3, 4, 5, 6].map((one) => {
        const who = `other-of-${this.name}-${String(one)}`;
        return this.say([said], who, `${who}@chat.test`);
      }),
    );
  }

  async #deliver(core: Core): Promise<void> {
    await pass(15_000);
    await core.delivery.drain('mailchimp');
  }

  async #isJustified(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): Promise<void> {
    // A subscribed contact that only got another address stays what it was.
    const hasMoved = [...before].some(([address, status]) => status === 'subscribed' && !after.has(address));
    for (const [address, status] of after) {
      const was = before.get(address) ?? 'not there';
      if (status !== 'subscribed' || was === 'subscribed' || (hasMoved && was === 'not there')) continue;
      const story = this.#story(`${address}, which was ${was}, became subscribed`);
      const offAt = Math.max(this.#offAt, this.#goneAt.get(address) ?? -Infinity);
      expect(await this.#lastYes(), story).toBeGreaterThan(offAt);
      expect(was, story).not.toBe('cleaned');
      expect(this.#forgotten.has(address), story).toBe(false);
    }
  }

  /** When a consent was last recorded as given, or as given anew. */
  async #lastYes(): Promise<number> {
    const [row] = await database.dataSource.query<{ at: Date | null }[]>(
      `SELECT greatest(
         (SELECT max(occurred_at) FROM consent_changes WHERE profile_id = $1 AND purpose = 'email' AND status = 'granted'),
         (SELECT (consents->'email'->>'decidedAt')::timestamptz FROM profiles WHERE id = $1 AND consents->'email'->>'status' = 'granted')) AS at`,
      [this.profileId],
    );
    return row?.at?.getTime() ?? -Infinity;
  }

  async #consent(): Promise<string | undefined> {
    const [row] = await database.dataSource.query<{ status: string | undefined }[]>(
      `SELECT consents->'email'->>'status' AS status FROM profiles WHERE id = $1`,
      [this.profileId],
    );
    return row?.status;
  }

  async #status(): Promise<string | undefined> {
    return (await statuses([this.email])).get(this.email);
  }

  readonly #story = (what: string): string => `${what} in: ${this.#past.join(', ')}`;
}

const moves = fc.array(
  fc.record({ act: fc.constantFrom(...acts), afterMs: fc.constantFrom(300, 5_000, 60_000, 3_600_000) }),
  { minLength: 3, maxLength: 12 },
);

it('no sequence of chat events, syncs, webhooks and pulls subscribes an address that was unsubscribed, bounced, archived or forgotten without a newer recorded consent', async () => {
  let stories = 0;
  await fc.assert(
    fc.asyncProperty(moves, async (sequence) => {
      stories += 1;
      await pass(24 * 3_600_000);
      underWay.length = 0;
      const story = new Story(`p${String(stories)}`);
      await story.begin();
      for (const move of sequence) await story.play(move);
      await story.end();
    }),
    { numRuns: 25 },
  );
}, 120_000);
