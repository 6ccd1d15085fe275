import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { account, type Ask, at, contacts, forward } from '../test-support.js';

const ada = { id: '7', createdAt: at, updatedAt: at, properties: { email: 'ada@x.es' } };
const offer = 4_126_643_122;
const confirmation = 4_126_643_121;
const sentSchema = z.object({ statusId: z.string() });

const send = (ask: Ask, emailId: number, to: string, sendId = `${String(emailId)}-${to}`) =>
  ask('POST', '/marketing/v4/email/single-send', { emailId, message: { to, sendId } });

async function result(ask: Ask, emailId: number, to: string, sendId?: string): Promise<unknown> {
  const { statusId } = sentSchema.parse((await send(ask, emailId, to, sendId)).body);
  const { body } = await ask('GET', `/marketing/v3/email/send-statuses/${statusId}`);
  return (body as { sendResult: string }).sendResult;
}

describe('a single send', () => {
  it('is pending first, and sent when its time has come', async () => {
    const ask = await account({ contacts: [ada], behaviour: { emailDelayMs: 60_000 } });
    const { body } = await send(ask, offer, 'ada@x.es');
    expect(body).toMatchObject({ status: 'PENDING' });
    const status = () => ask('GET', `/marketing/v3/email/send-statuses/${sentSchema.parse(body).statusId}`);
    expect((await status()).body).toMatchObject({ status: 'PENDING' });
    await forward(ask, 61_000);
    expect((await status()).body).toMatchObject({ status: 'COMPLETE', sendResult: 'SENT' });
  });

  it('goes out once for each send id', async () => {
    const ask = await account({ contacts: [ada] });
    expect(await result(ask, confirmation, 'ada@x.es', 'run-1')).toBe('SENT');
    expect(await result(ask, confirmation, 'ada@x.es', 'run-1')).toBe('IDEMPOTENT_IGNORE');
  });

  it('of marketing respects what people want; a transactional one goes out', async () => {
    const ask = await account({ contacts: [ada], behaviour: { newContactsAreMarketing: false } });
    expect(await result(ask, offer, 'ada@x.es', '1')).toBe('NON_MARKETABLE_CONTACT');
    await ask('POST', '/_sandbox/activity', { did: 'unsubscribed', email: 'ada@x.es', subscriptionId: '501' });
    expect(await result(ask, offer, 'ada@x.es', '2')).toBe('PREVIOUSLY_UNSUBSCRIBED_MESSAGE');
    await ask('POST', '/_sandbox/activity', { did: 'unsubscribed', email: 'ada@x.es' });
    expect(await result(ask, offer, 'ada@x.es', '3')).toBe('PREVIOUSLY_UNSUBSCRIBED_PORTAL');
    expect(await result(ask, confirmation, 'ada@x.es', '4')).toBe('SENT');
    expect(await result(ask, confirmation, 'nonsense', '5')).toBe('INVALID_TO_ADDRESS');
  });

  it('may end as the account’s behaviour says, and needs an e-mail that is there', async () => {
    const ask = await account({ behaviour: { emailOutcomes: { 'bob@x.es': 'PREVIOUSLY_BOUNCED' } } });
    expect(await result(ask, confirmation, 'bob@x.es')).toBe('PREVIOUSLY_BOUNCED');
    expect(await send(ask, 1, 'bob@x.es')).toMatchObject({ status: 404 });
    const asMarketing = { emailId: offer, message: { to: 'bob@x.es' } };
    expect(await ask('POST', '/marketing/v3/transactional/single-email/send', asMarketing)).toMatchObject({
      status: 400,
    });
  });
});

describe('what people do out there', () => {
  it('opens e-mails, which their properties and the e-mail events show', async () => {
    const ask = await account({ contacts: [ada] });
    await send(ask, confirmation, 'ada@x.es');
    await ask('POST', '/_sandbox/activity', { did: 'opened', email: 'ada@x.es' });
    await ask('POST', '/_sandbox/activity', { did: 'clicked', email: 'ada@x.es', url: 'https://x.es/shoes' });
    expect(await ask('GET', `${contacts}/7?properties=hs_email_open,hs_email_click`)).toMatchObject({
      body: { properties: { hs_email_open: '1', hs_email_click: '1' } },
    });
    expect(await ask('GET', '/email/public/v1/events?recipient=ada@x.es&eventType=CLICK')).toMatchObject({
      body: { hasMore: false, events: [{ type: 'CLICK', url: 'https://x.es/shoes', emailCampaignId: confirmation }] },
    });
  });

  it('submits forms, which makes contacts', async () => {
    const ask = await account();
    const values = { email: 'new@x.es', firstname: 'Nia' };
    expect(await ask('POST', '/_sandbox/activity', { did: 'submitted_form', values })).toMatchObject({ status: 200 });
    const { body } = await ask('GET', '/marketing/v3/forms');
    const [form] = z.object({ results: z.array(z.object({ id: z.string() })) }).parse(body).results;
    expect(await ask('GET', `/form-integrations/v1/submissions/forms/${form?.id ?? ''}`)).toMatchObject({
      body: { results: [{ values: [{ name: 'email', value: 'new@x.es' }, { name: 'firstname' }] }] },
    });
    expect(await ask('GET', `${contacts}/new@x.es?idProperty=email&propertiesWithHistory=firstname`)).toMatchObject({
      body: { propertiesWithHistory: { firstname: [{ value: 'Nia', sourceType: 'FORM' }] } },
    });
  });

  it('is refused when it makes no sense', async () => {
    const ask = await account();
    expect(await ask('POST', '/_sandbox/activity', { did: 'flew' })).toMatchObject({ status: 400 });
  });
});
