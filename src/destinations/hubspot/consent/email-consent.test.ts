import { describe, expect, it } from 'vitest';
import type { Consent } from '../../../consent/consent.js';
import type { Json, KnownRecord, OutgoingRecord, RecordResult, UpsertRequest } from '../../destination.js';
import { hubspot } from '../definition.js';
import {
  contactAt,
  outgoing,
  rehearse,
  type Rehearsal,
  request,
  runOf,
  stateOf,
  subjectOf,
  text,
} from '../test-support.js';

const consent = (
  status: Consent['status'],
  at = '2026-11-20T10:00:00.000Z',
  more: Partial<Consent> = {},
): Pick<OutgoingRecord, 'consents'> => ({
  consents: { email: { status, at, source: 'acme-manychat', event: 'e-1', ...more } },
});

const options = (emailConsent: Json): Partial<UpsertRequest> => ({ options: { emailConsent } });
const subscribing = options({ granted: 'subscribe', withdrawn: 'unsubscribe', subscriptions: ['Chat newsletter'] });

const preferenceCalls = (account: Rehearsal): string[] =>
  account.calls().filter((call) => call.includes('/communication-preferences/'));
const writes = (account: Rehearsal): string[] => preferenceCalls(account).filter((call) => call.startsWith('POST'));

const statusOf = async (account: Rehearsal, subscription: string): Promise<string | undefined> =>
  (await stateOf(account)).subscriptionStatuses.find(({ subscriptionId }) => subscriptionId === subscription)?.status;

function known(result: RecordResult | undefined): { readonly known: KnownRecord } {
  if (result?.status !== 'delivered') throw new Error('The record was not delivered');
  return { known: { remoteId: result.remoteId, memo: result.memo } };
}

describe('a withdrawn consent to e-mail', () => {
  it('opts the address out of all e-mail, once', async () => {
    const account = await rehearse();
    const record = outgoing('ada@example.com', { firstname: text('Ada') }, consent('revoked'));
    const [result] = await account.connection.upsert(request([record]));
    expect(result).toMatchObject({ status: 'delivered', dropped: [] });
    expect((await stateOf(account)).optOuts).toMatchObject([{ email: 'ada@example.com' }]);
    await account.connection.upsert(
      request([
        outgoing('ada@example.com', { firstname: text('Ada L.') }, { ...known(result), ...consent('revoked') }),
      ]),
    );
    expect(writes(account)).toHaveLength(1);
  });

  it('is about every address of the person, and about each of them told once', async () => {
    const account = await rehearse();
    const withdrawn = { ...consent('revoked'), emails: ['ada@example.com', 'ada@old.example.com'] };
    const [result] = await account.connection.upsert(request([outgoing('ada@example.com', {}, withdrawn)]));
    expect((await stateOf(account)).optOuts.map(({ email }) => email)).toEqual([
      'ada@example.com',
      'ada@old.example.com',
    ]);
    const more = { ...withdrawn, ...known(result), emails: [...withdrawn.emails, 'ada@new.example.com'] };
    await account.connection.upsert(request([outgoing('ada@example.com', {}, more)]));
    expect(writes(account)).toHaveLength(3);
  });

  it('that is said again is told again', async () => {
    const account = await rehearse();
    const [result] = await account.connection.upsert(request([outgoing('ada@example.com', {}, consent('revoked'))]));
    const again = { ...consent('revoked', undefined, { decidedAt: '2026-11-21T10:00:00.000Z' }), ...known(result) };
    await account.connection.upsert(request([outgoing('ada@example.com', {}, again)]));
    expect(writes(account)).toHaveLength(2);
  });

  it('costs only that call when nothing else is new', async () => {
    const account = await rehearse();
    const [result] = await account.connection.upsert(request([outgoing('ada@example.com')]));
    const before = account.calls().length;
    const withdrawn = { ...known(result), changed: {}, ...consent('revoked') };
    await account.connection.upsert(request([outgoing('ada@example.com', {}, withdrawn)]));
    expect(account.calls().slice(before)).toEqual([
      'POST /communication-preferences/v4/statuses/ada%40example.com/unsubscribe-all',
    ]);
  });

  it('can be one of single subscriptions, or stay with us, if the mapping says so', async () => {
    const account = await rehearse();
    const revoked = (key: string) => [outgoing(key, {}, consent('revoked'))];
    await account.connection.upsert(request(revoked('ada@example.com'), options({ withdrawn: 'nothing' })));
    expect(preferenceCalls(account)).toEqual([]);
    await account.connection.upsert(
      request(revoked('bob@example.com'), options({ withdrawn: 'unsubscribe', subscriptions: ['503'] })),
    );
    expect(await statusOf(account, '503')).toBe('UNSUBSCRIBED');
    expect((await stateOf(account)).optOuts).toEqual([]);
  });

  it('that the token may not tell is reported, and told with the next news', async () => {
    const scopes = ['crm.objects.contacts.read', 'crm.objects.contacts.write'];
    const account = await rehearse({ state: { apps: [{ token: 'pat-eu1-sandbox', appId: 1, scopes }] } });
    const [result] = await account.connection.upsert(request([outgoing('ada@example.com', {}, consent('revoked'))]));
    expect(result).toMatchObject({ status: 'delivered', dropped: [{ code: 'CONSENT_NOT_TOLD' }] });
    await account.connection.upsert(
      request([outgoing('ada@example.com', {}, { ...known(result), ...consent('revoked') })]),
    );
    expect(writes(account)).toHaveLength(2);
  });

  it('behind a limit leaves the record to be delivered again', async () => {
    const account = await rehearse();
    await account.control('POST', 'faults', { path: '/unsubscribe-all', answer: { status: 503 } });
    const record = outgoing('ada@example.com', {}, consent('revoked'));
    expect(await account.connection.upsert(request([record]))).toMatchObject([
      { status: 'failed', error: { kind: 'transient' } },
    ]);
    expect(await account.connection.upsert(request([record]))).toMatchObject([{ status: 'delivered' }]);
    expect((await stateOf(account)).optOuts).toHaveLength(1);
  });

  it('of somebody without an e-mail address has nobody to tell', async () => {
    const account = await rehearse();
    const record = outgoing('person-1', {}, consent('revoked'));
    await account.connection.upsert(request([record], { keyField: 'chat_profile_id' }));
    expect(preferenceCalls(account)).toEqual([]);
  });
});

describe('a consent to e-mail', () => {
  it('subscribes nobody unless the mapping asks for it', async () => {
    const account = await rehearse();
    await account.connection.upsert(request([outgoing('ada@example.com', {}, consent('granted'))]));
    expect(preferenceCalls(account)).toEqual([]);
  });

  it('subscribes where the mapping asks for it, with its proof as legal basis', async () => {
    const account = await rehearse({ state: { behaviour: { dataPrivacy: true } } });
    const [result] = await account.connection.upsert(
      request([outgoing('ada@example.com', {}, consent('granted'))], subscribing),
    );
    expect(result).toMatchObject({ status: 'delivered', dropped: [] });
    expect(await statusOf(account, '503')).toBe('SUBSCRIBED');
    const { body } =
      account.entries().find(({ method, path }) => method === 'POST' && path.includes('/statuses/')) ?? {};
    expect(body).toMatchObject({
      legalBasis: 'CONSENT_WITH_NOTICE',
      legalBasisExplanation: 'Consent given 2026-11-20T10:00:00.000Z (acme-manychat)',
    });
  });

  it.each([
    ['this subscription', { subscriptionId: 503, statusState: 'UNSUBSCRIBED', channel: 'EMAIL' }, ''],
    ['all e-mail', undefined, '/unsubscribe-all?channel=EMAIL'],
  ])('that is older than an opt-out of %s in HubSpot subscribes nobody', async (_what, body, more) => {
    const account = await rehearse();
    await contactAt(account, 'ada@example.com');
    await account.byHand('POST', `/communication-preferences/v4/statuses/ada@example.com${more}`, body);
    const before = writes(account).length;
    const old = outgoing('ada@example.com', {}, consent('granted', '2020-01-01T00:00:00.000Z'));
    const [result] = await account.connection.upsert(request([old], subscribing));
    expect(result).toMatchObject({ status: 'delivered', dropped: [{ code: 'OPTED_OUT_SINCE' }] });
    expect(writes(account)).toHaveLength(before);
  });

  it('that is newer than the opt-out in HubSpot subscribes again', async () => {
    const account = await rehearse();
    await contactAt(account, 'ada@example.com');
    const optOut = { subscriptionId: 503, statusState: 'UNSUBSCRIBED', channel: 'EMAIL' };
    await account.byHand('POST', '/communication-preferences/v4/statuses/ada@example.com', optOut);
    const later = new Date(Date.now() + 3_600_000).toISOString();
    await account.connection.upsert(request([outgoing('ada@example.com', {}, consent('granted', later))], subscribing));
    expect(await statusOf(account, '503')).toBe('SUBSCRIBED');
  });
});

describe('a mapping that speaks of subscriptions', () => {
  it.each([{ granted: 'subscribe' }, { withdrawn: 'unsubscribe' }])('has to name one (%j)', (emailConsent) => {
    const checked = hubspot.mappingOptions?.safeParse({ emailConsent });
    expect(checked?.error?.issues).toMatchObject([{ path: ['emailConsent', 'subscriptions'] }]);
    const complete = { emailConsent: { ...emailConsent, subscriptions: ['Chat newsletter'] } };
    expect(hubspot.mappingOptions?.safeParse(complete).success).toBe(true);
  });
});

describe('the action that changes a subscription', () => {
  const change = async (account: Rehearsal, input: object, consents = {}) => {
    const id = await contactAt(account, 'ada@example.com');
    const [result] =
      (await account.connection.perform?.('subscription.change', [
        runOf(subjectOf(id, 'ada@example.com', consents), input),
      ])) ?? [];
    return result;
  };

  it('never subscribes without a consent', async () => {
    const account = await rehearse();
    const input = { change: 'subscribe', subscription: 'Chat newsletter' };
    for (const consents of [{}, consent('revoked').consents, consent('unknown').consents]) {
      await account.control('POST', 'reset');
      expect(await change(account, input, consents)).toMatchObject({ status: 'withheld', code: 'no_email_consent' });
      expect(writes(account)).toEqual([]);
    }
  });

  it('subscribes with one, and says when the person was subscribed already', async () => {
    const account = await rehearse();
    const input = { change: 'subscribe', subscription: 'chat newsletter' };
    const { consents } = consent('granted');
    expect(await change(account, input, consents)).toMatchObject({ status: 'done', already: false });
    const { contacts } = await stateOf(account);
    const again = runOf(subjectOf(contacts[0]?.id ?? '', 'ada@example.com', consents), input);
    expect(await account.connection.perform?.('subscription.change', [again])).toMatchObject([{ already: true }]);
  });

  it('unsubscribes whoever it is told to', async () => {
    const account = await rehearse();
    expect(await change(account, { change: 'unsubscribe', subscription: '501' })).toMatchObject({ status: 'done' });
    expect(await statusOf(account, '501')).toBe('UNSUBSCRIBED');
    await account.control('POST', 'reset');
    expect(await change(account, { change: 'unsubscribeFromAll' })).toMatchObject({ status: 'done' });
    expect((await stateOf(account)).optOuts).toHaveLength(1);
  });

  it('names the subscription types there are when it is given another', async () => {
    const account = await rehearse();
    const result = await change(account, { change: 'unsubscribe', subscription: 'Nonsense' });
    expect(result?.status === 'failed' && result.error.message).toContain('Chat newsletter');
  });
});
