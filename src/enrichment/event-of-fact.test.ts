import { describe, expect, it } from 'vitest';
import { mappingSchema } from '../mapping/mapping.js';
import { eventOfFact, saysNothing } from './event-of-fact.js';
import { activity, consentSaid, recordChanged, recordGone, recordMerged } from './test-support.js';

const text = (value: string) => ({ type: 'string', value }) as const;
const mapping = mappingSchema.parse({
  object: 'people',
  key: { from: 'email', to: 'email' },
  fields: [
    { from: 'firstName', to: 'first' },
    { from: 'plan', to: 'plan', direction: 'both' },
    { from: 'owner', to: 'owner_name', direction: 'from', wins: 'destination' },
    { from: 'city', to: 'city', direction: 'both', wins: 'profile' },
  ],
});
const sight = { destination: 'acme', mapping };

describe('a changed record', () => {
  it('becomes attributes only where the mapping reads its fields, each with what gives way to it', () => {
    const event = eventOfFact(
      recordChanged({
        first: text('A'),
        plan: text('pro'),
        owner_name: text('Bo'),
        city: text('Rome'),
        other: text('x'),
      }),
      sight,
    );
    expect(event).toMatchObject({ kind: 'crm_record', name: 'record_changed' });
    expect(event.attributes).toEqual([
      { key: 'plan', label: 'plan', type: 'string', value: 'pro', beats: 'older' },
      { key: 'owner', label: 'owner_name', type: 'string', value: 'Bo', beats: 'any' },
      { key: 'city', label: 'city', type: 'string', value: 'Rome', beats: 'none' },
    ]);
    expect(event.held).toEqual({
      destination: 'acme',
      remoteId: '1',
      fields: { plan: text('pro'), owner_name: text('Bo'), city: text('Rome') },
      purposes: [],
    });
  });

  it('whose fields nobody reads, or were emptied, says nothing', () => {
    for (const fields of [{ first: text('A') }, { plan: null }, {}])
      expect(saysNothing(eventOfFact(recordChanged(fields), sight))).toBe(true);
    expect(saysNothing(eventOfFact(recordChanged({ plan: text('pro') }), { ...sight, mapping: null }))).toBe(true);
  });
});

describe('a consent', () => {
  const at = new Date('2026-11-20T10:00:00Z');

  it('is a decision said once, in the provider’s words', () => {
    expect(eventOfFact(consentSaid('granted', at), sight)).toMatchObject({
      name: 'consent_granted',
      occurredAt: at,
      consents: [{ purpose: 'email', status: 'granted', evidence: 'said: granted', field: null }],
      held: { purposes: ['email'], fields: {} },
    });
  });

  it('counts without its time only when it is a withdrawal', () => {
    expect(eventOfFact(consentSaid('revoked', null), sight).consents).toHaveLength(1);
    const undated = eventOfFact(consentSaid('granted', null), sight);
    expect(undated.consents).toEqual([]);
    expect(undated.notes[0]).toContain('may be older than a withdrawal');
  });
});

it('an activity is an event of its own, with its properties', () => {
  expect(eventOfFact(activity('deal_won', { properties: { amount: 100, currency: 'EUR' } }), sight)).toMatchObject({
    kind: 'crm_activity',
    name: 'deal_won',
    properties: { object: 'people', amount: 100, currency: 'EUR' },
    attributes: [],
  });
});

it('deletions and merges are told, and teach nothing of themselves', () => {
  expect(eventOfFact(recordGone(), sight)).toMatchObject({ kind: 'crm_record', name: 'record_deleted' });
  expect(eventOfFact(recordMerged(['2', '3']), sight)).toMatchObject({
    name: 'records_merged',
    properties: { merged: '2, 3' },
  });
});

it('the same fact has the same key, and facts of two kinds never share one', () => {
  const key = { dedupeKey: 'k' };
  const keys = [recordChanged({}, key), recordChanged({ plan: text('x') }, key), recordGone(key)].map(
    (fact) => eventOfFact(fact, sight).dedupe.key,
  );
  expect(keys[0]).toBe(keys[1]);
  expect(keys[2]).not.toBe(keys[0]);
});
