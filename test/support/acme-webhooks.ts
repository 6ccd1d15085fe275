import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { type ProviderWebhooks, UnreadableHookError } from '../../src/destinations/provider-webhooks.js';
import type { AcmeSettings } from './acme.js';

const body = z.array(z.object({ id: z.string(), person: z.string(), plan: z.string(), at: z.number() }));

/** Signs the address and the body, as many do. */
export const signAcmeCall = (url: string, text: string, key: string): string =>
  createHmac('sha256', key).update(`${url}\n`).update(text).digest('hex');

export const acmeWebhooks: ProviderWebhooks<AcmeSettings> = {
  setup: '1. Open Acme. 2. Enter {url} as the address.',
  verify: ({ url, headers, body: bytes, method }, { key }) => {
    if (method === 'GET') return null;
    const expected = Buffer.from(signAcmeCall(url, bytes.toString(), key ?? ''));
    const sent = Buffer.from(headers['x-acme-signature'] ?? '');
    return sent.length === expected.length && timingSafeEqual(sent, expected) ? null : 'the signature does not fit';
  },
  read: ({ body: bytes, method }) => {
    if (method === 'GET') return [];
    const parsed = body.safeParse(bytes.toString() === 'rubbish' ? null : JSON.parse(bytes.toString()));
    if (!parsed.success) throw new UnreadableHookError('the body is no list of changes');
    return parsed.data.map(({ id, person, plan, at }) => ({
      kind: 'record_changed' as const,
      about: { object: 'people', remoteId: person, email: `${person}@example.com`, phone: null },
      occurredAt: new Date(at),
      dedupeKey: id,
      own: false,
      created: false,
      fields: { plan: { type: 'string' as const, value: plan } },
    }));
  },
  accepted: ({ method, query }) => ({
    status: 200,
    contentType: 'text/plain',
    body: method === 'GET' ? (query.challenge ?? '') : 'thanks',
  }),
  refused: (_request, refusal) => ({
    status: { not_authentic: 401, unreadable: 400, unavailable: 503 }[refusal],
    contentType: 'text/plain',
    body: '',
  }),
};
