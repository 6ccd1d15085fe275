import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ActionDeclaration, ActionNature } from '../destinations/action.js';
import { type ClaimedRun, nextStep, type RunSubject } from './action-run.js';

const now = new Date('2026-11-22T10:00:00Z');
const action = (more: Partial<ActionDeclaration> = {}): ActionDeclaration => ({
  id: 'list.add',
  title: 'Add to a list',
  description: 'Adds the person to a list.',
  input: z.strictObject({}),
  nature: 'repeatable',
  subject: 'record',
  consent: null,
  scopes: [],
  batchSize: 10,
  ...more,
});
const run = (more: Partial<ClaimedRun> = {}): ClaimedRun => ({
  id: 'r1',
  action: 'list.add',
  profileId: 'p1',
  input: {},
  wantedVersion: 3,
  usefulUntil: null,
  origin: 'person/crm',
  attempts: 0,
  firstFailedAt: null,
  plannedAt: now,
  sentAt: null,
  ...more,
});
const ada = (more: Partial<RunSubject> = {}): RunSubject => ({
  consents: {},
  isDelivered: true,
  sync: { deliveredVersion: 3, outcome: 'delivered', reason: null },
  ...more,
});
const granted = { email: { status: 'granted', at: '', source: 's', event: 'e' } } as const;

describe('an action run whose time has come', () => {
  it('is performed when the destination holds what caused it', () => {
    expect(nextStep(run(), action(), ada(), now)).toEqual({ step: 'perform' });
  });

  it('fails with the reason of the sync when the destination refused what caused it', () => {
    const sync = { deliveredVersion: 2, outcome: 'rejected', reason: 'INVALID_EMAIL' };
    expect(nextStep(run(), action(), ada({ sync }), now)).toMatchObject({
      status: 'failed',
      code: 'SYNC_REJECTED',
      reason: expect.stringContaining('INVALID_EMAIL') as string,
    });
  });

  it('is withheld from somebody who is not at the destination, with the reason of that', () => {
    const sync = { deliveredVersion: 3, outcome: 'withheld', reason: 'consent for email is revoked' };
    expect(nextStep(run(), action(), ada({ isDelivered: false, sync }), now)).toMatchObject({
      status: 'withheld',
      code: 'NOT_DELIVERED',
      reason: expect.stringContaining('consent for email is revoked') as string,
    });
  });

  it.each([
    [{}, 'unknown'],
    [{ email: { ...granted.email, status: 'revoked' } } as const, 'revoked'],
  ])('that reaches people is withheld without consent', (consents, said) => {
    expect(nextStep(run(), action({ consent: 'email' }), ada({ consents }), now)).toMatchObject({
      status: 'withheld',
      reason: `consent for email is ${said}`,
    });
    expect(nextStep(run(), action({ consent: 'email' }), ada({ consents: granted }), now)).toEqual({ step: 'perform' });
  });

  it.each([
    ['repeatable', { step: 'perform' }],
    ['checkable', { step: 'look_up' }],
    ['once', { step: 'end', status: 'unknown' }],
  ] satisfies [ActionNature, object][])('and whose last call got no answer: %s → %o', (nature, expected) => {
    expect(nextStep(run({ sentAt: now }), action({ nature }), ada(), now)).toMatchObject(expected);
  });

  it('is not done any more once it is too late to be useful, but what may have happened is still found out', () => {
    const late = run({ usefulUntil: new Date(now.getTime() - 1) });
    expect(nextStep(late, action(), ada(), now)).toMatchObject({ status: 'too_late' });
    expect(nextStep({ ...late, sentAt: now }, action({ nature: 'checkable' }), ada(), now)).toEqual({
      step: 'look_up',
    });
  });

  it('on the account needs nobody to be delivered', () => {
    const account = run({ profileId: null, wantedVersion: null });
    expect(nextStep(account, action({ subject: 'account' }), null, now)).toEqual({ step: 'perform' });
  });

  it('is cancelled when the person is gone, and fails when the destination has no such action', () => {
    expect(nextStep(run(), action(), null, now)).toMatchObject({ status: 'cancelled' });
    expect(nextStep(run(), undefined, ada(), now)).toMatchObject({ status: 'failed', code: 'UNKNOWN_ACTION' });
  });
});
