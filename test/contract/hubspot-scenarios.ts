import { z } from 'zod';
import { sandboxAccessToken, sandboxOauthApp } from '../../src/sandbox/hubspot/index.js';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** Makes one call and gives the parsed answer. */
type Ask = (method: Method, path: string, body?: unknown) => Promise<unknown>;

const contacts = '/crm/v3/objects/contacts';
const idSchema = z.object({ id: z.string() });
const tokensSchema = z.object({ access_token: z.string(), refresh_token: z.string() });
const at = '2026-02-03T10:00:00.000Z';

const made = async (ask: Ask, path: string, body: unknown): Promise<string> =>
  idSchema.parse(await ask('POST', path, body)).id;
const search = { filterGroups: [], sorts: [], query: '', properties: ['email'], limit: 2, after: '0' };

async function contactCalls(ask: Ask): Promise<void> {
  const inputs = ['a', 'b', 'c'].map((name) => ({
    id: `${name}@x.es`,
    idProperty: 'email',
    properties: { firstname: name, plan: 'pro' },
    objectWriteTraceId: `t-${name}`,
  }));
  await ask('POST', `${contacts}/batch/upsert`, { inputs });
  await ask('POST', `${contacts}/batch/create`, {
    inputs: [
      { properties: { email: 'd@x.es' }, associations: [], objectWriteTraceId: 't-1' },
      { properties: { email: 'nonsense' }, associations: [], objectWriteTraceId: 't-2' },
    ],
  });
  const a = await made(ask, contacts, { properties: { email: 'e@x.es' }, associations: [] });
  const b = await made(ask, contacts, { properties: { email: 'f@x.es' }, associations: [] });
  await ask('POST', contacts, { properties: { email: 'e@x.es' }, associations: [] });
  await ask('POST', `${contacts}/batch/update`, { inputs: [{ id: a, properties: { country: 'Peru' } }] });
  await ask('POST', `${contacts}/batch/update`, { inputs: [{ id: '1', properties: { country: 'Peru' } }] });
  const read = { inputs: [{ id: a }, { id: '1' }], properties: ['plan'], propertiesWithHistory: ['country'] };
  await ask('POST', `${contacts}/batch/read`, read);
  await ask('POST', `${contacts}/search`, search);
  await ask('POST', `${contacts}/search`, { filterGroups: [] });
  await ask('POST', contacts, { properties: { email: 'plain@x.es' } });
  await ask('POST', `${contacts}/search`, { ...search, limit: 201 });
  await ask('GET', `${contacts}?limit=2&properties=plan&propertiesWithHistory=country`);
  await ask('GET', `${contacts}/${a}?properties=plan`);
  await ask('GET', `${contacts}/1`);
  await ask('PATCH', `${contacts}/${a}`, { properties: { lifecyclestage: 'customer' } });
  await ask('PATCH', `${contacts}/${a}`, { properties: { nope: '1' } });
  await ask('POST', `${contacts}/merge`, { primaryObjectId: a, objectIdToMerge: b });
  await ask('DELETE', `${contacts}/${a}`);
  await ask('POST', `${contacts}/batch/archive`, { inputs: [{ id: '1' }] });
  await ask('POST', `${contacts}/gdpr-delete`, { objectId: 'd@x.es', idProperty: 'email' });
}

async function propertyCalls(ask: Ask): Promise<void> {
  const base = '/crm/v3/properties/contacts';
  const property = { label: 'Shoe size', type: 'number', fieldType: 'number', groupName: 'parley' };
  await ask('POST', `${base}/groups`, { name: 'parley', label: 'Parley', displayOrder: -1 });
  await ask('POST', `${base}/groups`, { name: 'parley', label: 'Parley', displayOrder: -1 });
  await ask('GET', `${base}/groups`);
  await ask('GET', `${base}/groups/parley`);
  await ask('PATCH', `${base}/groups/parley`, { label: 'From Parley' });
  await ask('POST', base, { ...property, name: 'shoe_size' });
  await ask('POST', base, { ...property, name: 'shoe_size' });
  await ask('POST', `${base}/batch/create`, {
    inputs: [
      { ...property, name: 'hat_size' },
      { ...property, name: 'shoe_size' },
    ],
  });
  await ask('POST', `${base}/batch/read`, {
    archived: false,
    dataSensitivity: 'non_sensitive',
    inputs: [{ name: 'hat_size' }, { name: 'nope' }],
  });
  await ask('GET', base);
  await ask('GET', `${base}/chat_tags`);
  const options = [{ label: 'VIP', value: 'vip', hidden: false, displayOrder: 0 }];
  await ask('PATCH', `${base}/chat_tags`, { options });
  await ask('DELETE', `${base}/groups/parley`);
  await ask('DELETE', `${base}/shoe_size`);
  await ask('POST', `${base}/batch/archive`, { inputs: [{ name: 'hat_size' }] });
}

async function recordCalls(ask: Ask): Promise<void> {
  const contact = await made(ask, contacts, { properties: { email: 'g@x.es' }, associations: [] });
  const to = (typeId: number) => [
    { to: { id: contact }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: typeId }] },
  ];
  const deal = await made(ask, '/crm/v3/objects/deals', {
    properties: { dealname: 'Shoes', dealstage: 'closedwon', pipeline: 'default', amount: '50' },
    associations: to(3),
  });
  const note = await made(ask, '/crm/v3/objects/notes', {
    properties: { hs_timestamp: at, hs_note_body: 'Chat' },
    associations: to(202),
  });
  const task = { hs_timestamp: at, hs_task_subject: 'Call', hs_task_status: 'NOT_STARTED' };
  await made(ask, '/crm/v3/objects/tasks', { properties: task, associations: to(204) });
  const company = await made(ask, '/crm/v3/objects/companies', {
    properties: { name: 'Acme', domain: 'acme.test' },
    associations: [],
  });
  await ask('POST', '/crm/v3/objects/deals', { properties: { dealname: 'x' }, associations: [] });
  await ask('GET', `/crm/v3/objects/deals/${deal}?properties=amount&associations=contacts`);
  await ask('GET', `/crm/v3/objects/notes/${note}?properties=hs_note_body`);
  await ask('GET', '/crm/v3/objects/notes?limit=1');
  await ask('POST', '/crm/v3/objects/companies/search', search);
  await ask('POST', '/crm/v3/objects/deals/batch/read', {
    inputs: [{ id: deal }],
    properties: ['hs_is_closed_won', 'closedate'],
    propertiesWithHistory: [],
  });
  await associationCalls(ask, contact, company, deal);
  for (const path of [
    'owners?limit=100',
    'owners/61001',
    'pipelines/deals',
    'pipelines/deals/default',
    'pipelines/tickets',
  ])
    await ask('GET', `/crm/v3/${path}`);
}

async function associationCalls(ask: Ask, contact: string, company: string, deal: string): Promise<void> {
  const single = `/crm/v4/objects/contacts/${contact}/associations`;
  const batch = '/crm/v4/associations/contacts';
  const types = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 4 }];
  await ask('PUT', `${single}/default/companies/${company}`);
  await ask('PUT', `${single}/deals/${deal}`, types);
  await ask('GET', `${single}/companies`);
  await ask('DELETE', `${single}/companies/${company}`);
  await ask('POST', `${batch}/deals/batch/read`, { inputs: [{ id: contact }, { id: '1' }] });
  await ask('POST', `${batch}/deals/batch/create`, { inputs: [{ from: { id: contact }, to: { id: deal }, types }] });
  await ask('POST', `${batch}/companies/batch/associate/default`, {
    inputs: [{ from: { id: contact }, to: { id: company } }],
  });
  await ask('POST', `${batch}/deals/batch/archive`, { inputs: [{ from: { id: contact }, to: [{ id: deal }] }] });
  await ask('GET', '/crm/associations/v4/contacts/deals/labels');
}

async function listCalls(ask: Ask): Promise<void> {
  const contact = await made(ask, contacts, { properties: { email: 'h@x.es' }, associations: [] });
  const list = { name: 'VIP', objectTypeId: '0-1', processingType: 'MANUAL' };
  const answer = await ask('POST', '/crm/v3/lists', list);
  const { listId } = z.object({ list: z.object({ listId: z.string() }) }).parse(answer).list;
  await ask('POST', '/crm/v3/lists', list);
  await ask('GET', `/crm/v3/lists?listIds=${listId}&listIds=12&includeFilters=true`);
  await ask('GET', `/crm/v3/lists/${listId}`);
  await ask('GET', '/crm/v3/lists/object-type-id/0-1/name/VIP');
  await ask('GET', '/crm/v3/lists/object-type-id/0-1/name/nobody');
  await ask('POST', '/crm/v3/lists/search', { query: 'v', offset: 0, count: 10, additionalProperties: [] });
  const members = `/crm/v3/lists/${listId}/memberships`;
  await ask('PUT', `${members}/add`, [contact, '1']);
  await ask('PUT', '/crm/v3/lists/12/memberships/add', [contact]);
  await ask('GET', members);
  await ask('GET', `${members}/join-order`);
  await ask('GET', `/crm/v3/lists/records/0-1/${contact}/memberships`);
  await ask('POST', '/crm/v3/lists/records/memberships/batch/read', {
    inputs: [{ objectTypeId: '0-1', recordId: contact }],
  });
  await ask('PUT', `${members}/remove`, [contact]);
  await ask('PUT', `${members}/add-and-remove`, { recordIdsToAdd: [contact], recordIdsToRemove: [] });
  await ask('PUT', `/crm/v3/lists/13/memberships/add-from/${listId}`);
  await ask('PUT', `/crm/v3/lists/${listId}/update-list-name?listName=VIPs`);
  await ask('DELETE', members);
  await ask('DELETE', `/crm/v3/lists/${listId}`);
  await ask('PUT', `/crm/v3/lists/${listId}/restore`);
}

async function automationCalls(ask: Ask): Promise<void> {
  await ask('GET', '/automation/v4/flows?limit=2');
  await ask('GET', '/automation/v4/flows/900001');
  await ask('GET', '/automation/v4/flows/900002');
  await ask('GET', '/automation/v4/flows/1');
  const inputs = [
    { type: 'FLOW_ID', flowId: '900001' },
    { type: 'WORKFLOW_ID', workflowId: '1' },
  ];
  await ask('POST', '/automation/v4/workflow-id-mappings/batch/read', { inputs });
}

async function eventCalls(ask: Ask): Promise<void> {
  const definition = {
    label: 'Bot completed',
    name: 'bot_completed',
    description: 'A person has come to the end',
    primaryObject: 'CONTACT',
    includeDefaultProperties: false,
    propertyDefinitions: [{ name: 'score', label: 'Score', type: 'number', options: [] }],
  };
  const name = 'pe4242001_bot_completed';
  const base = `/events/v3/event-definitions`;
  await ask('POST', base, definition);
  await ask('POST', base, definition);
  await ask('GET', base);
  await ask('GET', `${base}/${name}`);
  await ask('PATCH', `${base}/${name}`, { label: 'Bot done', propertyOrder: [] });
  await ask('POST', `${base}/${name}/property`, { name: 'bot', label: 'Bot', type: 'string' });
  const event = { eventName: name, email: 'a@x.es', properties: { score: '9' }, uuid: 'u-1', occurredAt: at };
  await ask('POST', '/events/v3/send', event);
  await ask('POST', '/events/v3/send', { ...event, eventName: 'nope' });
  await ask('POST', '/events/v3/send/batch', { inputs: [event] });
  await ask('GET', '/events/v3/events?objectType=contact&limit=1');
  await ask('GET', '/events/v3/events/event-types');
  await ask('DELETE', `${base}/${name}`);
}

async function marketingCalls(ask: Ask): Promise<void> {
  const message = { to: 'a@x.es', sendId: 'run-1' };
  await ask('POST', '/marketing/v3/transactional/single-email/send', { emailId: 4_126_643_121, message });
  await ask('POST', '/marketing/v4/email/single-send', {
    emailId: 4_126_643_122,
    message,
    contactProperties: {},
    customProperties: {},
  });
  await ask('POST', '/marketing/v4/email/single-send', { emailId: 1, message });
}

async function consentCalls(ask: Ask): Promise<void> {
  const v4 = '/communication-preferences/v4';
  const status = { subscriptionId: 501, statusState: 'SUBSCRIBED', channel: 'EMAIL' };
  const basis = { legalBasis: 'CONSENT_WITH_NOTICE', legalBasisExplanation: 'In the chat' };
  await ask('GET', `${v4}/definitions`);
  await ask('GET', `${v4}/statuses/a@x.es?channel=EMAIL`);
  await ask('POST', `${v4}/statuses/a@x.es`, { ...status, ...basis });
  await ask('POST', `${v4}/statuses/a@x.es`, { ...status, subscriptionId: 9 });
  await ask('GET', `${v4}/statuses/a@x.es/unsubscribe-all?channel=EMAIL`);
  await ask('POST', `${v4}/statuses/a@x.es/unsubscribe-all?channel=EMAIL&verbose=true`);
  await ask('GET', `${v4}/statuses/a@x.es/unsubscribe-all?channel=EMAIL`);
  await ask('POST', `${v4}/statuses/batch/write`, { inputs: [{ ...status, subscriberIdString: 'b@x.es' }] });
  for (const path of ['read', 'unsubscribe-all', 'unsubscribe-all/read'])
    await ask('POST', `${v4}/statuses/batch/${path}?channel=EMAIL`, { inputs: ['a@x.es', 'b@x.es'] });
  const v3 = '/communication-preferences/v3';
  const update = { emailAddress: 'c@x.es', subscriptionId: '501' };
  await ask('GET', `${v3}/definitions`);
  await ask('GET', `${v3}/status/email/c@x.es`);
  await ask('POST', `${v3}/unsubscribe`, update);
  await ask('POST', `${v3}/subscribe`, update);
}

async function webhookCalls(ask: Ask): Promise<void> {
  const base = '/webhooks/v3/770001';
  const key = '?hapikey=developer-sandbox';
  await ask('GET', `${base}/settings${key}`);
  await ask('PUT', `${base}/settings${key}`, {
    targetUrl: 'http://127.0.0.1:9/hook',
    throttling: { maxConcurrentRequests: 5 },
  });
  await ask('GET', `${base}/settings${key}`);
  const subscription = { eventType: 'contact.propertyChange', propertyName: 'country', active: false };
  const id = await made(ask, `${base}/subscriptions${key}`, subscription);
  await ask('GET', `${base}/subscriptions${key}`);
  await ask('GET', `${base}/subscriptions/${id}${key}`);
  await ask('PATCH', `${base}/subscriptions/${id}${key}`, { active: false });
  await ask('POST', `${base}/subscriptions/batch/update${key}`, { inputs: [{ id: Number(id), active: false }] });
  await ask('DELETE', `${base}/subscriptions/${id}${key}`);
  await ask('DELETE', `${base}/settings${key}`);
}

async function accountCalls(ask: Ask): Promise<void> {
  await ask('GET', '/account-info/v3/details');
  await ask('GET', '/account-info/v3/api-usage/daily/private-apps');
}

async function oauthCalls(origin: string, ask: Ask): Promise<void> {
  const app = { client_id: sandboxOauthApp.clientId, client_secret: sandboxOauthApp.clientSecret };
  const redirect_uri = 'http://127.0.0.1:9/callback';
  const form = (path: string, fields: Readonly<Record<string, string>>): Promise<Response> =>
    fetch(origin + path, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
  const allowed = await form('/oauth/authorize', { ...app, redirect_uri, decision: 'allow' });
  const code = new URL(allowed.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const exchanged = await form('/oauth/v3/token', { ...app, redirect_uri, code, grant_type: 'authorization_code' });
  const { access_token, refresh_token } = tokensSchema.parse(await exchanged.json());
  await form('/oauth/v1/token', { ...app, refresh_token, grant_type: 'refresh_token' });
  await form('/oauth/v3/token', { ...app, refresh_token: 'nobody', grant_type: 'refresh_token' });
  for (const token of [access_token, refresh_token]) await form('/oauth/v3/token/introspect', { ...app, token });
  await ask('GET', `/oauth/v1/access-tokens/${access_token}`);
  await ask('GET', `/oauth/v1/refresh-tokens/${refresh_token}`);
  await form('/oauth/v3/token/revoke', { ...app, token: refresh_token });
}

/** All that integrations use, with answers that are errors among them. */
export async function playAll(origin: string): Promise<void> {
  const ask: Ask = async (method, path, body) => {
    const response = await fetch(origin + path, {
      method,
      headers: { authorization: `Bearer ${sandboxAccessToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.text();
    const parsed: unknown = answer === '' ? null : JSON.parse(answer);
    return parsed;
  };
  await contactCalls(ask);
  await propertyCalls(ask);
  await recordCalls(ask);
  await listCalls(ask);
  await automationCalls(ask);
  await eventCalls(ask);
  await marketingCalls(ask);
  await consentCalls(ask);
  await webhookCalls(ask);
  await accountCalls(ask);
  await oauthCalls(origin, ask);
}
