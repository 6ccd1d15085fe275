import { hubspot } from '../../src/destinations/hubspot/index.js';
import {
  contactAt,
  outgoing,
  type Rehearsal,
  request,
  runOf,
  subjectOf,
  text,
} from '../../src/destinations/hubspot/test-support.js';
import type { Json } from '../../src/destinations/json.js';
import type { PullPage } from '../../src/destinations/remote-fact.js';
import type { UpsertRequest } from '../../src/destinations/record.js';

const options = {
  companies: 'create',
  lifecycleStage: 'force',
  emailConsent: { granted: 'subscribe', withdrawn: 'unsubscribeFromAll', subscriptions: ['Chat newsletter'] },
};
const target: Partial<UpsertRequest> = {
  keyField: 'parley_key',
  options,
  create: { fields: true, options: true },
};

const said = (status: 'granted' | 'revoked') => ({
  email: { status, at: '2026-11-20T10:00:00.000Z', source: 'bot', event: 'e-1' },
});

/** Prepares the account, writes and previews contacts with all that hangs on them. */
async function writes({ connection, person }: Rehearsal): Promise<void> {
  await connection.check({ mapping: null });
  await connection.fields('contacts');
  await connection.prepare?.({ ...request([], target), fields: [], dryRun: false });
  await person('POST', '/crm/v3/objects/companies', { properties: { domain: 'acme.test', name: 'Acme' } });
  const fields = {
    email: text('ada@acme.test'),
    lifecyclestage: text('customer'),
    'company.domain': text('acme.test'),
    'company.city': text('Rome'),
  };
  const more = { tags: ['vip', 'old'], lists: ['Hot'], consents: said('granted') };
  const [first] = await connection.upsert(
    request([outgoing('p-1', fields, more), outgoing('p-2', { 'company.domain': text('new.test') })], target),
  );
  const known = first?.status === 'delivered' ? { remoteId: first.remoteId, memo: first.memo } : null;
  const news = {
    known,
    tags: ['vip'],
    tagsToRemove: ['old'],
    lists: [],
    listsToRemove: ['Hot'],
    consents: said('revoked'),
    changed: { lifecyclestage: text('lead') },
  };
  const changed = outgoing('p-1', { ...fields, lifecyclestage: text('lead') }, news);
  await connection.preview?.(request([changed], target));
  await connection.upsert(request([changed, outgoing('p-3', { email: text('nonsense') })], target));
  await connection.upsert(request([{ ...changed, key: 'p-9' }], target));
}

const inputs: Readonly<Record<string, Json>> = {
  'list.add': { list: 'Hot' },
  'list.remove': { list: 'Hot' },
  'workflow.enrol': { list: 'Chat: hot leads', again: true },
  'workflow.enrol_direct': { workflow: '900002' },
  'event.send': { event: 'bot_done', properties: { score: '9' } },
  'email.send_single': { emailId: 4_126_643_122 },
  'email.send_transactional': { emailId: 4_126_643_121 },
  'contact.set_properties': { properties: { country: 'Peru' } },
  'note.create': { text: 'Hello', owner: 'Carmen Ortega' },
  'task.create': { subject: 'Call' },
  'deal.create': { name: 'Shoes', stage: 'appointmentscheduled', amount: '49.90' },
  'subscription.change': { change: 'unsubscribe', subscription: 'Chat newsletter' },
};

/** Every action once, by two people, and looked up afterwards. */
async function actions(account: Rehearsal): Promise<void> {
  await account.byHand('POST', '/events/v3/event-definitions', {
    label: 'Bot done',
    name: 'bot_done',
    includeDefaultProperties: false,
    propertyDefinitions: [],
  });
  const emails = ['cy@x.test', 'di@x.test'];
  const subjects = [];
  for (const email of emails) subjects.push(subjectOf(await contactAt(account, email), email, said('granted')));
  for (const { id } of hubspot.actions ?? []) {
    const runs = subjects.map((subject) => runOf(subject, inputs[id], new Date(Date.now() - 1_000)));
    const results = (await account.connection.perform?.(id, runs)) ?? [];
    const failed = results.filter(({ status }) => status === 'failed');
    if (failed.length > 0) throw new Error(`${id}: ${JSON.stringify(failed)}`);
    await account.connection.lookUp?.(id, runs);
  }
}

/** Every stream, from the beginning and since then. */
async function histories({ connection }: Rehearsal): Promise<void> {
  for (const { id: stream } of hubspot.history ?? []) {
    const asked = { stream, object: 'contacts', fields: ['country', 'birthday'], notBefore: null };
    let cursor: Json = null;
    let watermark: Json = null;
    for (const since of ['the beginning', 'then']) {
      do {
        const page: PullPage | undefined = await connection.pull?.({
          ...asked,
          cursor,
          watermark: since === 'then' ? watermark : null,
        });
        cursor = page?.cursor ?? null;
        watermark = page?.watermark ?? null;
      } while (cursor !== null);
    }
  }
}

/** All that the connector can do, once. @throws Error when something of it does not work at all */
export async function playConnector(account: Rehearsal): Promise<void> {
  await writes(account);
  await actions(account);
  await histories(account);
  const [contact] = await account.connection.upsert(request([outgoing('p-7', { email: text('eve@x.test') })], target));
  const remoteId = contact?.status === 'delivered' ? contact.remoteId : '';
  await account.connection.erase?.('contacts', [
    { profileId: 'p-7', key: 'p-7', remoteId, memo: null, emails: ['eve@x.test'] },
  ]);
}
