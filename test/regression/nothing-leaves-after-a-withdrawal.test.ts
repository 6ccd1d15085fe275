import { expect, it } from 'vitest';
import { planRecord } from '../../src/delivery/plan-records.js';
import { mappingOf, person, remote, text } from '../support/delivery.js';

// A person who had withdrawn the consent a mapping requires, and whom the destination held, was sent with every later change.
it('sends no attribute to a destination whose required consent was withdrawn', () => {
  const at = '2026-01-01T00:00:00.000Z';
  const consents = { email: { status: 'revoked', at, source: 'bot', event: 'e1' } } as const;
  const profile = person({ email: 'ada@example.com', plan: 'said after the withdrawal' }, { consents });
  const plan = planRecord(profile, remote({ fields: { plan: text('free') }, consents }), {
    mapping: mappingOf({ requires: { consent: 'email' } }),
    typeOf: () => 'string',
    identities: new Map(),
    purposes: ['email'],
    contacts: { emails: ['ada@example.com'], isThere: true },
  });
  expect(plan.action).toBe('none');
});
