import { describe, expect, it } from 'vitest';
import { mappingOf, person, remote, text } from '../../test/support/delivery.js';
import type { Consent } from '../consent/consent.js';
import type { Mapping } from '../mapping/mapping.js';
import { type PlanContext, planRecord } from './plan-records.js';

const context = (mapping: Mapping = mappingOf(), more: Partial<PlanContext> = {}): PlanContext => ({
  mapping,
  typeOf: () => 'string',
  identities: new Map(),
  purposes: [],
  contacts: null,
  ...more,
});

const ada = person({ email: 'ada@example.com', firstName: 'Ada', plan: 'pro' });
const decided = (status: 'granted' | 'revoked', at = '2026-01-01T00:00:00.000Z'): Consent => ({
  status,
  at,
  source: 'bot',
  event: 'e1',
});

describe('a profile the destination does not know', () => {
  it('is sent whole', () => {
    expect(planRecord(ada, null, context())).toMatchObject({
      action: 'send',
      record: {
        key: 'ada@example.com',
        fields: { firstname: text('Ada'), plan: text('pro') },
        changed: { firstname: text('Ada'), plan: text('pro') },
        known: null,
      },
    });
  });

  it('waits without a key', () => {
    expect(planRecord(person({ firstName: 'Ada' }), null, context())).toMatchObject({
      action: 'none',
      outcome: 'no_key',
      reason: 'waits until it has a value for email',
    });
  });
});

describe('a profile the destination holds', () => {
  const held = remote({ fields: { firstname: text('Ada'), plan: text('pro') } });

  it('is not sent when nothing changed', () => {
    expect(planRecord(ada, held, context())).toMatchObject({ action: 'none', outcome: 'unchanged' });
  });

  it('is sent with what differs', () => {
    const plan = planRecord({ ...ada, attributes: { ...ada.attributes, plan: 'free' } }, held, context());
    expect(plan).toMatchObject({
      action: 'send',
      record: { changed: { plan: text('free') }, known: { remoteId: 'remote-1' } },
    });
    expect(plan.action === 'send' && plan.record.changed).toEqual({ plan: text('free') });
  });

  it('is sent under its new key when only that changed', () => {
    const moved = person({ ...ada.attributes, email: 'ada@new.example.com' });
    expect(planRecord(moved, held, context())).toMatchObject({
      action: 'send',
      record: { key: 'ada@new.example.com', changed: {} },
    });
  });

  it('has tags of ours added and taken away, and none of others', () => {
    const mapping = mappingOf({ tags: { to: 'tags' } });
    const tagged = { ...ada, tags: ['a', 'b'] };
    expect(planRecord(tagged, { ...held, tags: ['b', 'c'] }, context(mapping))).toMatchObject({
      action: 'send',
      record: { tags: ['a', 'b'], tagsToAdd: ['a'], tagsToRemove: ['c'] },
    });
    expect(planRecord(tagged, { ...held, tags: ['b', 'a'] }, context(mapping))).toMatchObject({ outcome: 'unchanged' });
  });

  it('is sent when a consent is another one that the provider reads, and not for one it does not read', () => {
    const agreed = { ...ada, consents: { email: decided('granted') } };
    expect(planRecord(agreed, held, context(mappingOf(), { purposes: ['email'] })).action).toBe('send');
    expect(planRecord(agreed, held, context(mappingOf(), { purposes: ['sms'] })).action).toBe('none');
    const told = { ...held, consents: agreed.consents };
    expect(planRecord(agreed, told, context(mappingOf(), { purposes: ['email'] })).action).toBe('none');
    const confirmed = {
      ...ada,
      consents: { email: { ...decided('granted'), confirmedAt: '2026-02-01T00:00:00.000Z' } },
    };
    expect(planRecord(confirmed, told, context(mappingOf(), { purposes: ['email'] })).action).toBe('none');
  });
});

describe('a mapping that requires a consent', () => {
  const mapping = mappingOf({
    requires: { consent: 'email' },
    fields: [
      { from: 'plan', to: 'plan' },
      { from: { consent: 'email' }, to: 'may_mail' },
    ],
    tags: { to: 'tags' },
  });
  const held = remote({ fields: { plan: text('free'), may_mail: text('granted') }, tags: ['old'] });
  const withdrawn = { ...ada, tags: ['new'], consents: { email: decided('revoked') } };

  it('keeps a person back who never agreed, or does not any more and is not there', () => {
    expect(planRecord(ada, null, context(mapping))).toMatchObject({
      outcome: 'withheld',
      reason: 'consent for email is unknown',
    });
    expect(planRecord(ada, held, context(mapping))).toMatchObject({ outcome: 'withheld' });
    expect(planRecord(withdrawn, null, context(mapping))).toMatchObject({
      outcome: 'withheld',
      reason: 'consent for email is revoked',
    });
  });

  it('tells a destination that holds the person of the withdrawal, and nothing else', () => {
    const plan = planRecord(withdrawn, held, context(mapping, { purposes: ['email'] }));
    if (plan.action !== 'send') throw new Error('expected it to be sent');
    expect(plan.record).toMatchObject({
      fields: { may_mail: text('revoked') },
      changed: { may_mail: text('revoked') },
      tags: ['old'],
      tagsToAdd: [],
      tagsToRemove: [],
      consents: withdrawn.consents,
    });
    expect(Object.keys(plan.record.fields)).toEqual(['may_mail']);
  });

  it('tells it under the key it has there, not under a newer address', () => {
    const moved = { ...withdrawn, attributes: { ...ada.attributes, email: 'ada@new.example.com' } };
    expect(planRecord(moved, held, context(mapping, { purposes: ['email'] }))).toMatchObject({
      record: { key: 'ada@example.com' },
    });
  });

  it('tells it of every address, and where only the destination itself has told of the person', () => {
    const contacts = { emails: ['ada@example.com', 'ada@old.example.com'], isThere: true };
    const told = context(mapping, { purposes: ['email'], contacts });
    expect(planRecord(withdrawn, held, told)).toMatchObject({ record: { emails: contacts.emails } });
    expect(planRecord(withdrawn, null, told)).toMatchObject({
      action: 'send',
      record: { key: 'ada@example.com', fields: { may_mail: text('revoked') }, tags: [], known: null },
    });
  });

  it('tells a "no" again that is said again', () => {
    const told = { ...held, fields: { ...held.fields, may_mail: text('revoked') }, consents: withdrawn.consents };
    const again = { email: { ...decided('revoked'), decidedAt: '2026-02-01T00:00:00.000Z' } };
    expect(planRecord({ ...withdrawn, consents: again }, told, context(mapping, { purposes: ['email'] })).action).toBe(
      'send',
    );
  });

  it('tells it once: what the person says afterwards stays here', () => {
    const told = { ...held, fields: { ...held.fields, may_mail: text('revoked') }, consents: withdrawn.consents };
    const later = { ...withdrawn, attributes: { ...ada.attributes, plan: 'team' } };
    expect(planRecord(later, told, context(mapping, { purposes: ['email'] }))).toMatchObject({
      outcome: 'withheld',
      reason: 'consent for email is revoked, and the destination has been told',
    });
  });

  it('sends all that is new once the person agrees again', () => {
    const told = { ...held, fields: { ...held.fields, may_mail: text('revoked') }, consents: withdrawn.consents };
    const again = { ...withdrawn, consents: { email: decided('granted', '2026-03-01T00:00:00.000Z') } };
    const plan = planRecord(again, told, context(mapping, { purposes: ['email'] }));
    expect(plan).toMatchObject({
      action: 'send',
      record: { changed: { plan: text('pro'), may_mail: text('granted') }, tagsToAdd: ['new'], tagsToRemove: ['old'] },
    });
  });
});
