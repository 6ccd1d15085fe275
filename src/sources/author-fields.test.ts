import { describe, expect, it } from 'vitest';
import { kindAndName, readAuthorFields } from './author-fields.js';
import type { JsonValue } from './read-json.js';

const read = (
  fields: Record<string, JsonValue>,
  query: Record<string, string> = {},
  headers: Record<string, string> = {},
) =>
  readAuthorFields(
    Object.entries(fields),
    { headers, query },
    { timeZone: null, eventNames: { 'purchase ok': 'order_placed', legacy: 'lead' } },
  );

describe('readAuthorFields', () => {
  it('knows its fields however they are spelled, and leaves all others', () => {
    const fields = read({ 'Event Name': 'Order placed', event_id: 17, canal: 'WA', plan: 'pro', message: { a: 1 } });
    expect(fields).toMatchObject({ event: 'order_placed', eventId: '17', channel: 'whatsapp', text: null });
    expect(fields.others).toEqual([
      ['plan', 'pro'],
      ['message', { a: 1 }],
    ]);
  });

  it('takes the query where the body says nothing, and the Idempotency-Key last', () => {
    const query = { event: 'signed_up', event_id: 'q1', channel: 'ig' };
    expect(read({ event: '{{event}}' }, query)).toMatchObject({
      event: 'signed_up',
      eventId: 'q1',
      channel: 'instagram',
    });
    expect(read({ event: 'paid' }, query).event).toBe('paid');
    expect(read({}, {}, { 'idempotency-key': 'k1' }).eventId).toBe('k1');
  });

  it('reads tags as a list, as one text, and as the objects of an API', () => {
    expect(read({ tags: ['vip', ' vip', '', null] }).tagsAdded).toEqual(['vip']);
    expect(read({ tags: 'vip, new' }).tagsAdded).toEqual(['vip', 'new']);
    expect(read({ tags: [{ id: 1, name: 'vip' }], tags_removed: 'old' })).toMatchObject({
      tagsAdded: ['vip'],
      tagsRemoved: ['old'],
    });
  });

  it('loses none of two lists of tags, and says which of two different words it leaves aside', () => {
    expect(read({ tags: 'vip', add_tags: ['vip', 'new'] }).tagsAdded).toEqual(['vip', 'new']);
    expect(read({ text: 'hi', Message: 'ho' })).toMatchObject({
      text: 'hi',
      notes: ['"text" and "Message" mean the same thing (text): the first counts.'],
    });
    expect(read({ text: 'hi', message: 'hi', last_input_text: null }).notes).toEqual([]);
  });

  it('takes consent only from words that say so; false is no withdrawal', () => {
    expect(read({ consent_email: true, consent_sms: 'opted_out', consent_whatsapp: false }).consents).toEqual([
      { purpose: 'email', status: 'granted', evidence: 'consent_email: true', field: 'consent_email' },
      { purpose: 'sms', status: 'revoked', evidence: 'consent_sms: opted_out', field: 'consent_sms' },
    ]);
    expect(read({ consents: { whatsapp: 'granted' } }).consents).toMatchObject([
      { purpose: 'whatsapp', evidence: 'consents.whatsapp: granted', field: 'consents.whatsapp' },
    ]);
  });

  it('reads when it happened, in ISO 8601 or Unix seconds, and says so when it cannot', () => {
    expect(read({ occurred_at: '2026-03-02T09:10:11+01:00' }).occurredAt).toEqual(new Date('2026-03-02T08:10:11Z'));
    expect(read({ occurred_at: 1760000000.5 }).occurredAt).toEqual(new Date(1760000000500));
    for (const unreadable of ['yesterday', '2026-03-02 09:10', '17', '1760000000000']) {
      expect(read({ occurred_at: unreadable })).toMatchObject({
        occurredAt: null,
        notes: [expect.stringContaining('counts as now')],
      });
    }
  });
});

it('tells messages, snapshots, tests and business events apart', () => {
  const kinds = [
    { event: null, text: null },
    { event: null, text: 'hi' },
    { event: 'Test', text: null },
    { event: 'order_placed', text: 'hi' },
  ].map(kindAndName);
  expect(kinds).toEqual([
    { kind: 'contact_snapshot', name: 'contact' },
    { kind: 'message_in', name: 'message' },
    { kind: 'test', name: 'test' },
    { kind: 'business_event', name: 'order_placed' },
  ]);
});
