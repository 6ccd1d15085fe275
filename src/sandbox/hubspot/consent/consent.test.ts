import { describe, expect, it } from 'vitest';
import { account, type Ask, at, contacts } from '../test-support.js';

const ada = { id: '7', createdAt: at, updatedAt: at, properties: { email: 'ada@x.es' } };
const v4 = '/communication-preferences/v4';
const v3 = '/communication-preferences/v3';

const set = (ask: Ask, statusState: string, more: object = {}) =>
  ask('POST', `${v4}/statuses/ada@x.es`, { subscriptionId: 501, statusState, channel: 'EMAIL', ...more });
const status = async (ask: Ask): Promise<unknown> => {
  const { body } = await ask('GET', `${v4}/statuses/ada@x.es?channel=EMAIL`);
  return (body as { results: { subscriptionId: number; status: string }[] }).results.find(
    ({ subscriptionId }) => subscriptionId === 501,
  )?.status;
};

describe('the newer calls', () => {
  it('tell what a change has done, and bring back whoever has opted out', async () => {
    const ask = await account({ contacts: [ada] });
    const reason = async (statusState: string) => {
      const { body } = await set(ask, statusState);
      return (body as { results: { setStatusSuccessReason: string }[] }).results[0]?.setStatusSuccessReason;
    };
    expect(await status(ask)).toBe('NOT_SPECIFIED');
    expect(await reason('SUBSCRIBED')).toBe('REQUESTED_CHANGE_OCCURRED');
    expect(await reason('SUBSCRIBED')).toBe('NO_STATUS_CHANGE');
    expect(await reason('UNSUBSCRIBED')).toBe('REQUESTED_CHANGE_OCCURRED');
    expect(await reason('SUBSCRIBED')).toBe('RESUBSCRIBE_OCCURRED');
    expect(await status(ask)).toBe('SUBSCRIBED');
  });

  it('know who wants no e-mail at all, and tell all types only when asked to be verbose', async () => {
    const ask = await account({ contacts: [ada] });
    const all = `${v4}/statuses/ada@x.es/unsubscribe-all?channel=EMAIL`;
    expect(await ask('GET', all)).toMatchObject({ body: { results: [] } });
    expect(await ask('POST', all)).toMatchObject({ status: 200, body: { results: [] } });
    expect(await ask('GET', all)).toMatchObject({
      body: { results: [{ wideStatusType: 'PORTAL_WIDE', status: 'UNSUBSCRIBED' }] },
    });
    expect((await ask('POST', `${all}&verbose=true`)).body).toMatchObject({
      results: [{ setStatusSuccessReason: 'UNSUBSCRIBE_FROM_ALL_OCCURRED' }, {}, {}],
    });
    expect(await ask('GET', `${contacts}/7?properties=hs_email_optout`)).toMatchObject({
      body: { properties: { hs_email_optout: 'true' } },
    });
  });

  it('need the channel, a type that is there and, with data privacy, a legal basis', async () => {
    const ask = await account({ behaviour: { dataPrivacy: true } });
    expect(await ask('GET', `${v4}/statuses/ada@x.es`)).toMatchObject({ status: 400 });
    expect(await set(ask, 'SUBSCRIBED', { subscriptionId: 99 })).toMatchObject({ status: 400 });
    expect(await set(ask, 'SUBSCRIBED')).toMatchObject({ status: 400 });
    const basis = { legalBasis: 'CONSENT_WITH_NOTICE', legalBasisExplanation: 'Said so in the chat' };
    expect(await set(ask, 'SUBSCRIBED', basis)).toMatchObject({ status: 200, body: { results: [basis] } });
  });

  it('read and write many at once', async () => {
    const ask = await account();
    const inputs = ['a@x.es', 'b@x.es'].map((subscriberIdString) => ({
      subscriberIdString,
      subscriptionId: 501,
      statusState: 'SUBSCRIBED',
      channel: 'EMAIL',
    }));
    await ask('POST', `${v4}/statuses/batch/write`, { inputs });
    expect(await ask('POST', `${v4}/statuses/batch/read?channel=EMAIL`, { inputs: ['b@x.es'] })).toMatchObject({
      body: { results: [{ subscriberIdString: 'b@x.es', statuses: [{ status: 'SUBSCRIBED' }, {}, {}] }] },
    });
  });
});

describe('the older calls', () => {
  const update = { emailAddress: 'ada@x.es', subscriptionId: '501' };

  it('do not bring back whoever has opted out', async () => {
    const ask = await account();
    expect(await ask('POST', `${v3}/subscribe`, update)).toMatchObject({ body: { status: 'SUBSCRIBED' } });
    expect(await ask('POST', `${v3}/unsubscribe`, update)).toMatchObject({ body: { status: 'NOT_SUBSCRIBED' } });
    expect(await ask('POST', `${v3}/subscribe`, update)).toMatchObject({
      status: 400,
      body: {
        message: 'Subscription 501 for ada@x.es cannot be updated because they have unsubscribed',
        category: 'VALIDATION_ERROR',
      },
    });
  });

  it('name what is missing in a body', async () => {
    const ask = await account();
    expect(await ask('POST', `${v3}/subscribe`, {})).toMatchObject({
      status: 400,
      body: {
        message: expect.stringContaining(
          'Cannot build PublicUpdateSubscriptionStatusRequest, some of required attributes are not set [emailAddress, subscriptionId]',
        ) as string,
      },
    });
  });
});
