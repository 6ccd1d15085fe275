import { describe, expect, it } from 'vitest';
import { applyConsents, mergeConsents } from '../../src/consent/apply-consents.js';
import type { Consents } from '../../src/consent/consent.js';

interface Said {
  readonly source: string;
  readonly status: 'granted' | 'revoked';
  readonly second: number;
  readonly field?: string;
}

const tick = (second: number): Said => ({ source: 'bot', status: 'granted', second, field: 'optin_email' });
const yes = (second: number): Said => ({ source: 'bot', status: 'granted', second });
const optOut = (second: number): Said => ({ source: 'destination/mailchimp', status: 'revoked', second });

const consentsAfter = (...all: readonly Said[]) =>
  all.reduce<Consents>(
    (consents, { source, status, second, field = null }) =>
      applyConsents(consents, {
        eventId: `event-${String(second)}`,
        source,
        at: new Date(second * 1_000),
        decisions: [{ purpose: 'email', status, evidence: status, field }],
      }).consents,
    {},
  );
const after = (...all: readonly Said[]) => consentsAfter(...all).email?.status;

// The person unsubscribed at Mailchimp and wrote to the bot before the webhook (or the pull) had told us. The bot's stored tick came with the
// message and counted as if they had just agreed again, so the opt-out was taken for an old one and lost for good.
describe('a stored tick that came with a message between an opt-out and the news of it', () => {
  it('does not hide the opt-out, whichever of them arrives first', () => {
    expect(after(tick(1), optOut(5), tick(9))).toBe('revoked');
    expect(after(tick(1), tick(9), optOut(5))).toBe('revoked');
    expect(after(tick(1), tick(9), optOut(5), tick(10))).toBe('revoked');
  });

  it('leaves what was said in between', () => {
    expect(after(tick(1), yes(7), tick(9), optOut(5))).toBe('granted');
    expect(after(tick(1), tick(9), yes(7), optOut(5))).toBe('granted');
    expect(after(tick(1), tick(9), yes(7), optOut(8))).toBe('revoked');
  });

  it('does not hide it either when the two turn out to be one person only later', () => {
    const [atTheBot, atMailchimp] = [consentsAfter(tick(1), tick(9)), consentsAfter(optOut(5))];
    expect(mergeConsents(atTheBot, atMailchimp).email?.status).toBe('revoked');
    expect(mergeConsents(atMailchimp, atTheBot).email?.status).toBe('revoked');
  });
});
