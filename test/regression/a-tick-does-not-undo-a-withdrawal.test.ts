import { expect, it } from 'vitest';
import { applyConsents } from '../../src/consent/apply-consents.js';
import type { Consents } from '../../src/consent/consent.js';

type Said = readonly [status: 'granted' | 'revoked', evidence: string];

const tick: Said = ['granted', 'optin_email: true'];
const withdrawal: Said = ['revoked', 'consent_email: revoked'];
const agreement: Said = ['granted', 'consent_email: granted'];

/** What is known after a bot's messages, one a second, each with what it says of consent. */
const after = (...messages: (readonly Said[])[]) =>
  messages.reduce<Consents>(
    (consents, said, second) =>
      applyConsents(consents, {
        eventId: `event-${String(second)}`,
        source: 'bot',
        at: new Date(second * 1_000),
        decisions: said.map(([status, evidence]) => ({
          purpose: 'email',
          status,
          evidence,
          field: evidence.includes(': ') ? (evidence.split(': ')[0] ?? null) : null,
        })),
      }).consents,
    {},
  ).email?.status;

// ManyChat sends its stored tick with every message, also after `consent_email: revoked`: the next message subscribed the person again.
it.each([
  ['the withdrawal comes alone', [[tick], [withdrawal], [tick]]],
  ['the tick is first heard of after it', [[withdrawal], [tick], [tick]]],
  ['the withdrawal comes with the tick', [[tick], [tick, withdrawal], [tick]]],
  ['the person is met with both', [[tick, withdrawal], [tick]]],
  ['the person is met with both, the other way round', [[withdrawal, tick], [tick], [tick]]],
] satisfies [string, Said[][]][])('a stored tick does not undo a withdrawal at the same bot: %s', (_how, messages) => {
  expect(after(...messages)).toBe('revoked');
});

it('a withdrawal is undone by the same words that can withdraw', () => {
  expect(after([tick], [withdrawal], [tick], [tick, agreement])).toBe('granted');
});
