import { describe, expect, it } from 'vitest';
import type { ConnectedDestination } from '../mapping/mapping-directory.service.js';
import { hubspot } from '../destinations/hubspot/index.js';
import { mailchimp } from '../destinations/mailchimp/index.js';
import { salesforce } from '../destinations/salesforce/index.js';
import type { Destination } from '../destinations/destination.js';
import { accountOf, grantedAccountOf } from './account-of.js';

const connected = (destination: string, provider: Destination, settings: unknown): ConnectedDestination => ({
  destination,
  provider,
  settings: provider.settings.parse(settings),
  pulls: { importUnknown: false, streams: {} },
});
const audience = (destination: string, audienceId: string, more: object) =>
  connected(destination, mailchimp, { audienceId, ...more });

describe('limits are shared', () => {
  it('by destinations with the same key, and by no others', () => {
    const [one, other] = ['one', 'other'].map((key) => audience(key, `audience-${key}`, { apiKey: 'secret-us1' }));
    const third = audience('third', 'audience-one', { apiKey: 'another-us1' });
    if (one === undefined || other === undefined) throw new Error('two were made');
    expect(accountOf(one)).toBe(accountOf(other));
    expect(accountOf(one)).not.toBe(accountOf(third));
    expect(accountOf(one)).not.toContain('secret');
  });

  it.each([
    [
      mailchimp,
      { audienceId: 'a', clientId: 'app', clientSecret: 'secret' },
      { dataCentre: 'us1', account: 'Acme', email: 'a@acme.test' },
    ],
    [hubspot, { clientId: 'app', clientSecret: 'secret' }, { portalId: '4242001' }],
    [
      salesforce,
      { instanceUrl: 'https://acme.my.salesforce.com', clientId: 'app', clientSecret: 'secret', signIn: 'web_server' },
      { instanceUrl: 'https://acme.my.salesforce.com' },
    ],
  ])('by destinations that a person has connected to the same account: %#', (provider, settings, details) => {
    const [one, other] = ['one', 'other'].map((key) => connected(key, provider, settings));
    if (one === undefined || other === undefined) throw new Error('two were made');
    expect(grantedAccountOf(one, details)).toBe(grantedAccountOf(other, details));
    const elsewhere = Object.fromEntries(Object.entries(details).map(([name, value]) => [name, `${value}x`]));
    expect(grantedAccountOf(one, details)).not.toBe(grantedAccountOf(other, elsewhere));
  });

  it('with nobody as long as nobody has connected the account', () => {
    const [one, other] = ['one', 'other'].map((key) => audience(key, 'a', { clientId: 'app', clientSecret: 'secret' }));
    if (one === undefined || other === undefined) throw new Error('two were made');
    expect(grantedAccountOf(one, null)).not.toBe(grantedAccountOf(other, null));
  });
});
