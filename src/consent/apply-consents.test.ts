import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyConsents, mergeConsents } from './apply-consents.js';
import type { Consents, ConsentStatus } from './consent.js';

type Decided = readonly [status: 'granted' | 'revoked', second: number];

const at = (second: number) => new Date(second * 1_000).toISOString();

/** What is known after these decisions about e-mail have arrived, in this order. */
function after(...decided: Decided[]): Consents {
  let consents: Consents = {};
  for (const [status, second] of decided) consents = decide(consents, status, second).consents;
  return consents;
}

const decide = (consents: Consents, status: 'granted' | 'revoked', second: number) =>
  applyConsents(consents, {
    eventId: `event-${String(second)}`,
    source: 'bot',
    at: new Date(second * 1_000),
    decisions: [{ purpose: 'email', status, evidence: `optin: ${status}`, field: 'optin' }],
  });

describe('a decision', () => {
  it('is kept with when it was made, where, and the event that proves it', () => {
    expect(decide({}, 'granted', 5)).toMatchObject({
      consents: { email: { status: 'granted', at: at(5), source: 'bot', event: 'event-5' } },
      changes: [
        { purpose: 'email', status: 'granted', evidence: 'optin: granted', field: 'optin', previous: 'unknown' },
      ],
    });
  });

  it('of one purpose says nothing about another', () => {
    expect(after(['granted', 5]).sms).toBeUndefined();
  });

  it('replaces an older one and says what it was before', () => {
    const { consents, changes } = decide(after(['granted', 5]), 'revoked', 6);
    expect(consents.email).toMatchObject({ status: 'revoked', at: at(6), source: 'bot', event: 'event-6' });
    expect(changes).toMatchObject([{ status: 'revoked', previous: 'granted' }]);
  });

  it('that is older and arrives late changes nothing', () => {
    const before = after(['granted', 5]);
    expect(decide(before, 'revoked', 4)).toEqual({ consents: before, changes: [] });
  });

  it.each([
    [['granted', 5] as const, ['revoked', 5] as const],
    [['revoked', 5] as const, ['granted', 5] as const],
  ])('of the same moment as a contrary one: the withdrawal wins (%o, %o)', (first, second) => {
    expect(after(first, second).email?.status).toBe('revoked');
  });

  it('that is repeated keeps its first proof, and is noted as confirmed', () => {
    const { consents, changes } = decide(after(['granted', 5]), 'granted', 9);
    expect(consents.email).toMatchObject({
      status: 'granted',
      at: at(5),
      confirmedAt: at(9),
      source: 'bot',
      event: 'event-5',
    });
    expect(changes).toEqual([]);
  });

  it('outlives a contrary one from before its confirmation that arrives late', () => {
    expect(after(['granted', 5], ['granted', 9], ['revoked', 7]).email?.status).toBe('granted');
    expect(after(['granted', 5], ['granted', 9], ['revoked', 10]).email?.status).toBe('revoked');
  });

  it('granted anew after a withdrawal starts with a new proof', () => {
    expect(after(['granted', 1], ['revoked', 2], ['granted', 3]).email).toMatchObject({ at: at(3), event: 'event-3' });
  });
});

describe('a tick that a chat platform repeats with every message', () => {
  const say = (consents: Consents, source: string, status: 'granted' | 'revoked', second: number): Consents =>
    applyConsents(consents, {
      eventId: `event-${String(second)}`,
      source,
      at: new Date(second * 1_000),
      decisions: [{ purpose: 'email', status, evidence: status, field: 'optin_email' }],
    }).consents;

  it('does not undo a withdrawal at the CRM since', () => {
    const withdrawn = say(say({}, 'bot', 'granted', 1), 'crm', 'revoked', 2);
    expect(say(withdrawn, 'bot', 'granted', 3).email).toMatchObject({ status: 'revoked', source: 'crm' });
  });

  it('counts again once the person has changed it at the platform', () => {
    const withdrawn = say(say(say({}, 'bot', 'granted', 1), 'crm', 'revoked', 2), 'bot', 'revoked', 3);
    expect(say(withdrawn, 'bot', 'granted', 4).email).toMatchObject({ status: 'granted', source: 'bot', at: at(4) });
  });

  it('of another platform, where it was given after the withdrawal, is a new decision', () => {
    const withdrawn = say(say({}, 'bot', 'granted', 1), 'crm', 'revoked', 2);
    expect(say(withdrawn, 'shop', 'granted', 3).email).toMatchObject({ status: 'granted', source: 'shop' });
  });
});

describe('what a person says once, without a field that stores it', () => {
  const say = (consents: Consents, source: string, status: 'granted' | 'revoked', second: number): Consents =>
    applyConsents(consents, {
      eventId: `event-${String(second)}`,
      source,
      at: new Date(second * 1_000),
      decisions: [{ purpose: 'email', status, evidence: status, field: null }],
    }).consents;

  it('is a decision each time, though it is what they said there before', () => {
    const agreed = say(say(say({}, 'bot', 'granted', 1), 'destination/mailchimp', 'revoked', 2), 'bot', 'granted', 3);
    expect(agreed.email).toMatchObject({ status: 'granted', source: 'bot' });
    const left = say(say(agreed, 'destination/mailchimp', 'revoked', 4), 'bot', 'revoked', 5);
    expect(left.email).toMatchObject({ status: 'revoked' });
    const again = say(say(left, 'bot', 'granted', 6), 'destination/mailchimp', 'revoked', 7);
    expect(again.email).toMatchObject({ status: 'revoked', source: 'destination/mailchimp' });
  });
});

const decided: fc.Arbitrary<Decided> = fc.tuple(
  fc.constantFrom('granted' as const, 'revoked' as const),
  fc.integer({ min: 1, max: 6 }),
);

/** The newest decision; of several at that moment, a withdrawal. */
function expected(all: readonly Decided[]): ConsentStatus | undefined {
  const newest = Math.max(...all.map(([, second]) => second));
  const last = all.filter(([, second]) => second === newest).map(([status]) => status);
  return last.includes('revoked') ? 'revoked' : last[0];
}

describe('any decisions', () => {
  it('leave the newest one standing, in whatever order they arrive', () => {
    fc.assert(
      fc.property(fc.array(decided, { maxLength: 8 }), (all) => {
        expect(after(...all).email?.status).toBe(expected(all));
      }),
    );
  });

  it('count as if a stored tick that only repeats itself had not come in between, in whatever order they arrive', () => {
    const repetition = fc
      .integer({ min: 2, max: 9 })
      .map((second) => ({ field: 'optin', decided: ['granted', second] as const }));
    const elsewhere = fc
      .tuple(fc.constantFrom('granted' as const, 'revoked' as const), fc.integer({ min: 2, max: 9 }))
      .map((one) => ({ field: null, decided: one }));
    fc.assert(
      fc.property(fc.array(fc.oneof(repetition, elsewhere), { maxLength: 8 }), (all) => {
        const consents = all.reduce<Consents>(
          (known, { field, decided: [status, second] }) =>
            applyConsents(known, {
              eventId: `event-${String(second)}`,
              source: field === null ? 'crm' : 'bot',
              at: new Date(second * 1_000),
              decisions: [{ purpose: 'email', status, evidence: status, field }],
            }).consents,
          after(['granted', 1]),
        );
        const decisions = all.flatMap(({ field, decided: one }) => (field === null ? [one] : []));
        expect(consents.email?.status).toBe(expected([['granted', 1], ...decisions]));
      }),
    );
  });

  it('change nothing when all of them arrive once more', () => {
    fc.assert(
      fc.property(fc.array(decided, { minLength: 1, maxLength: 6 }), (all) => {
        const known = after(...all);
        for (const [status, second] of all) expect(decide(known, status, second).changes).toEqual([]);
      }),
    );
  });

  it('of two people who are one: the newest decision stands, whichever of them survives', () => {
    fc.assert(
      fc.property(fc.array(decided, { maxLength: 5 }), fc.array(decided, { maxLength: 5 }), (mine, theirs) => {
        const merged = mergeConsents(after(...mine), after(...theirs));
        expect(merged.email?.status).toBe(expected([...mine, ...theirs]));
        expect(mergeConsents(after(...theirs), after(...mine))).toEqual(merged);
      }),
    );
  });
});
