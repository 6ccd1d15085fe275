import { z } from 'zod';
import type { Account } from './account.js';
import { readAnswer, writeAnswer } from './contact-answer.js';
import { readContacts, updateContacts, upsertContacts } from './contact-batches.js';
import { commit, planWrite } from './contact-write.js';
import { conflict, notFound, Problem, unreadable } from './problem.js';
import { type Call, created, noContent, ok, type Route } from './route.js';
import type { Contact } from './state.js';

const base = '/crm/v3/objects/contacts';
const read = ['crm.objects.contacts.read'];
const write = ['crm.objects.contacts.write'];
const pageLimit = 100;

const writeSchema = z.object({
  properties: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).default({}),
});

/** @see https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide */
export function contactRoutes(account: Account): Route[] {
  const find = ({ params, query }: Call): Contact => {
    const id = params.id ?? '';
    const { idProperty } = query;
    const contact = idProperty === undefined ? account.contact(id) : account.owner(idProperty, id);
    if (contact === undefined) throw notFound();
    return contact;
  };
  return [
    {
      method: 'POST',
      path: `${base}/batch/upsert`,
      scopes: write,
      handle: ({ body }) => upsertContacts(account, body),
    },
    {
      method: 'POST',
      path: `${base}/batch/update`,
      scopes: write,
      handle: ({ body }) => updateContacts(account, body),
    },
    { method: 'POST', path: `${base}/batch/read`, scopes: read, handle: ({ body }) => readContacts(account, body) },
    { method: 'GET', path: base, scopes: read, handle: (call) => page(account, call) },
    { method: 'POST', path: base, scopes: write, handle: (call) => create(account, call) },
    {
      method: 'GET',
      path: `${base}/:id`,
      scopes: read,
      handle: (call) => ok(readAnswer(find(call), call.list('properties'))),
    },
    { method: 'PATCH', path: `${base}/:id`, scopes: write, handle: (call) => update(account, find(call), call) },
    {
      method: 'DELETE',
      path: `${base}/:id`,
      scopes: write,
      handle: ({ params }) => {
        const contact = account.contact(params.id ?? '');
        if (contact !== undefined) account.archive(contact);
        return noContent;
      },
    },
  ];
}

function create(account: Account, { body }: Call): ReturnType<typeof created> {
  const { properties } = sentProperties(body);
  const existing = account.owner('email', String(properties.email ?? ''));
  if (existing !== undefined) throw conflict(existing.id);
  const planned = planWrite(account, undefined, properties, new Map());
  if (planned instanceof Problem) throw planned;
  return created(writeAnswer(commit(account, planned), planned.sent));
}

function update(account: Account, contact: Contact, { body }: Call): ReturnType<typeof ok> {
  const planned = planWrite(account, contact, sentProperties(body).properties, new Map());
  if (planned instanceof Problem) throw planned;
  return ok(writeAnswer(commit(account, planned), planned.sent));
}

function page(account: Account, { query, list }: Call): ReturnType<typeof ok> {
  const limit = Math.min(Number(query.limit ?? 10), pageLimit);
  const after = BigInt(query.after ?? 0);
  const rest = account.contacts().filter(({ id }) => BigInt(id) >= after);
  const next = rest[limit];
  return ok({
    results: rest.slice(0, limit).map((contact) => readAnswer(contact, list('properties'))),
    ...(next === undefined ? {} : { paging: { next: { after: next.id, link: `${base}?after=${next.id}` } } }),
  });
}

function sentProperties(body: unknown): z.infer<typeof writeSchema> {
  const sent = writeSchema.safeParse(body);
  if (!sent.success) throw unreadable(z.prettifyError(sent.error));
  return sent.data;
}
