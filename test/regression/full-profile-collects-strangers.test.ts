import { expect, it } from 'vitest';
import type { Identity } from '../../src/profiles/identity.js';
import { identityKey, resolveIdentities } from '../../src/profiles/resolve-identities.js';

// Two profiles with too many identities to be one person: each new visitor who typed the e-mail of one and the phone of the other
// was added to the first, without end.
it('makes a profile of its own for a visitor who shares identities with two full profiles', () => {
  const visitor: Identity = { kind: 'subscriber', namespace: 'bot/contact', value: 'visitor' };
  const email: Identity = { kind: 'email', namespace: '', value: 'shop@example.com' };
  const phone: Identity = { kind: 'phone', namespace: '', value: '+34600000000' };
  const owners = new Map([
    [identityKey(email), 'tablet'],
    [identityKey(phone), 'desk'],
  ]);
  const counts = new Map([
    ['tablet', { subscriber: 20, email: 1 }],
    ['desk', { subscriber: 20, phone: 1 }],
  ]);
  expect(resolveIdentities([[visitor, email, phone]], { owners, counts }, () => 'somebody else').profileIds).toEqual([
    'somebody else',
  ]);
});
