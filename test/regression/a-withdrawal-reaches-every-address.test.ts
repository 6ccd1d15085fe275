import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Pulls } from '../../src/enrichment/pulls.service.js';
import type { IncomingConsent } from '../../src/events/incoming-event.js';
import { createMailchimpEmulator, freshAudienceId as audience } from '../../src/sandbox/mailchimp/index.js';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/sandbox-server.js';
import { attribute, type Core, email, incoming, startCore, subscriber, TestClock } from '../support/core.js';
import { testDatabase } from '../support/database.js';

// Only the contact that Parley had written last was unsubscribed; other addresses of the same person stayed subscribed.

const database = testDatabase();
const clock = new TestClock();
const apiKey = 'sandbox-us1';
let sandbox: RunningSandbox;
let core: Core;

beforeAll(async () => {
  sandbox = await startSandbox(createMailchimpEmulator, { port: 0 });
  core = await startCore(database.url, clock);
  await core.connect({
    key: 'mailchimp',
    provider: 'mailchimp',
    title: 'Mailchimp',
    settings: { baseUrl: sandbox.origin, apiKey, audienceId: audience },
    mapping: {
      object: 'member',
      key: { from: 'email', to: 'email_address' },
      requires: { consent: 'email' },
      fields: [{ from: 'firstName', to: 'FNAME', direction: 'both' }],
    },
  });
});
afterAll(async () => {
  await core.close();
  await sandbox.close();
});

async function ask(method: string, path: string, body?: unknown): Promise<unknown> {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const sent = body === undefined ? { headers } : { headers, body: JSON.stringify(body) };
  const answer = await fetch(`${sandbox.origin}${path}`, { method, ...sent });
  return await answer.json();
}
const statusOf = async (address: string): Promise<unknown> =>
  z.object({ status: z.unknown() }).parse(await ask('GET', `/3.0/lists/${audience}/members/${address}`)).status;
const said = (status: 'granted' | 'revoked'): IncomingConsent => ({
  purpose: 'email',
  status,
  evidence: 'in words',
  field: null,
});
/** Here and there alike. */
async function pass(ms: number): Promise<void> {
  clock.forward(ms);
  await ask('PUT', '/_sandbox/clock', { now: clock.now().toISOString() });
}
/** What somebody says at one bot or several: whoever names two ids is one person. */
const say = async (ids: readonly string[], address: string, consents: readonly IncomingConsent[] = []) => {
  await pass(1_000);
  await core.submit(
    incoming(ids[0] ?? '', {
      identities: [...ids.map(subscriber), email(address)],
      attributes: [attribute('email', address)],
      consents,
    }),
  );
};
const deliver = async (): Promise<void> => {
  await pass(15_000);
  await core.delivery.drain('mailchimp');
};

describe('a withdrawal', () => {
  it('reaches the contacts of both, when two turn out to be one person', async () => {
    await say(['left'], 'left@chat.test', [said('granted')]);
    await say(['right'], 'right@chat.test', [said('granted')]);
    await deliver();
    expect([await statusOf('left@chat.test'), await statusOf('right@chat.test')]).toEqual(['subscribed', 'subscribed']);
    await say(['left', 'right'], 'left@chat.test', [said('revoked')]);
    await deliver();
    expect([await statusOf('left@chat.test'), await statusOf('right@chat.test')]).toEqual([
      'unsubscribed',
      'unsubscribed',
    ]);
  });

  it('reaches the other contact also when it was told before they turned out to be one person', async () => {
    await say(['one'], 'one@chat.test', [said('granted')]);
    await say(['two'], 'two@chat.test', [said('granted')]);
    await deliver();
    await say(['one'], 'one@chat.test', [said('revoked')]);
    await deliver();
    expect([await statusOf('one@chat.test'), await statusOf('two@chat.test')]).toEqual(['unsubscribed', 'subscribed']);
    await say(['one', 'two'], 'one@chat.test');
    await deliver();
    expect(await statusOf('two@chat.test')).toBe('unsubscribed');
  });

  it('reaches a contact that Parley has only read', async () => {
    await pass(1_000);
    await ask('POST', `/3.0/lists/${audience}/members`, {
      email_address: 'imported@chat.test',
      status: 'subscribed',
      merge_fields: { FNAME: 'Ida' },
    });
    await say(['imported'], 'imported@chat.test');
    await pass(16 * 60_000);
    await core.get(Pulls).sweep();
    await core.get(Pulls).run('mailchimp', 'members');
    await say(['imported'], 'imported@chat.test', [said('revoked')]);
    await deliver();
    expect(await statusOf('imported@chat.test')).toBe('unsubscribed');
  });

  it('that is said again reaches who has signed up at Mailchimp in between', async () => {
    await say(['again'], 'again@chat.test', [said('granted')]);
    await deliver();
    await say(['again'], 'again@chat.test', [said('revoked')]);
    await deliver();
    await fetch(`${sandbox.origin}/subscribe?id=${audience}&e=again@chat.test`);
    expect(await statusOf('again@chat.test')).toBe('subscribed');
    await pass(60_000);
    await say(['again'], 'again@chat.test', [said('revoked')]);
    await deliver();
    expect(await statusOf('again@chat.test')).toBe('unsubscribed');
  });
});
