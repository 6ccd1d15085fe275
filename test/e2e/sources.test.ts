import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { facebookMessage } from '../../src/sources/platforms/bot-framework/fixtures.js';
import { activitiesAnswer } from '../../src/sources/platforms/bot-framework/test-support.js';
import { fullProfile } from '../../src/sources/platforms/chatfuel/fixtures.js';
import { chatfuelAnswer } from '../../src/sources/platforms/chatfuel/test-support.js';
import { webhookRequest as cxRequest } from '../../src/sources/platforms/dialogflow-cx/fixtures.js';
import { cxAnswer } from '../../src/sources/platforms/dialogflow-cx/test-support.js';
import { webhookRequest as esRequest } from '../../src/sources/platforms/dialogflow-es/fixtures.js';
import { esAnswer } from '../../src/sources/platforms/dialogflow-es/test-support.js';
import { webMessage } from '../../src/sources/platforms/landbot/fixtures.js';
import { whatsappContact } from '../../src/sources/platforms/manychat/fixtures.js';
import { blocks } from '../../src/sources/platforms/manychat/test-support.js';
import { actionCall } from '../../src/sources/platforms/rasa/fixtures.js';
import { rasaAnswer } from '../../src/sources/platforms/rasa/test-support.js';
import { flatAnswer } from '../../src/sources/test-support.js';
import { eventually, Service, temporaryFolder } from '../support/service.js';

interface RoundTrip {
  readonly platform: string;
  readonly settings: object;
  readonly body: object;
  readonly email: string;
  readonly answer: z.ZodType;
  /** What the answer says of the content below. */
  readonly says: string;
}

const replyAttributes = { plan: 'plan' };

/** A request of each platform in its own shape, each of another person. */
const trips: RoundTrip[] = [
  {
    platform: 'manychat',
    settings: { reply: 'dynamic_block', channel: 'whatsapp', replyAttributes },
    body: { ...whatsappContact, custom_fields: { 'Email ': 'ana@manychat.test', plan: 'pro' } },
    email: 'ana@manychat.test',
    answer: blocks.whatsapp,
    says: 'Zoë',
  },
  {
    platform: 'landbot',
    settings: { replyAttributes },
    body: { messages: [{ ...webMessage, customer: { id: 46, name: 'Zoë', email: 'ana@landbot.test', plan: 'pro' } }] },
    email: 'ana@landbot.test',
    answer: flatAnswer,
    says: 'friend',
  },
  {
    platform: 'chatfuel',
    settings: { replyAttributes },
    body: { ...fullProfile, email: 'ana@chatfuel.test', plan: 'pro', phone: '' },
    email: 'ana@chatfuel.test',
    answer: chatfuelAnswer,
    says: 'Zoë',
  },
  {
    platform: 'dialogflow-es',
    settings: { replyAttributes },
    body: {
      ...esRequest,
      queryResult: { ...esRequest.queryResult, parameters: { email: 'ana@es.test', 'given-name': 'Zoë', plan: 'pro' } },
    },
    email: 'ana@es.test',
    answer: esAnswer,
    says: 'Zoë',
  },
  {
    platform: 'dialogflow-cx',
    settings: { replyAttributes },
    body: {
      ...cxRequest,
      pageInfo: {},
      sessionInfo: { ...cxRequest.sessionInfo, parameters: { email: 'ana@cx.test', 'given-name': 'Zoë', plan: 'pro' } },
    },
    email: 'ana@cx.test',
    answer: cxAnswer,
    says: 'Zoë',
  },
  {
    platform: 'rasa',
    settings: { replyAttributes },
    body: {
      ...actionCall,
      sender_id: 'rasa-1',
      tracker: { ...actionCall.tracker, slots: { email: 'ana@rasa.test', firstName: 'Zoë', plan: 'basic' } },
    },
    email: 'ana@rasa.test',
    answer: rasaAnswer,
    says: 'Zoë',
  },
  {
    platform: 'bot-framework',
    settings: { reply: 'activities' },
    body: { activity: facebookMessage, user: { email: 'ana@bot.test', firstName: 'Zoë' } },
    email: 'ana@bot.test',
    answer: activitiesAnswer,
    says: 'Zoë',
  },
  {
    platform: 'generic',
    settings: { replyAttributes },
    body: { contact_id: 7, email: 'ana@generic.test', firstName: 'Zoë', plan: 'pro' },
    email: 'ana@generic.test',
    answer: flatAnswer,
    says: 'Zoë',
  },
];

const folder = temporaryFolder();
const service = new Service(folder.path);
const secret = 'round-trip-secret';

const put = async (address: string, body: object): Promise<void> => {
  const answer = await fetch(`${service.url}${address}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${service.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (answer.status !== 200) throw new Error(await answer.text());
};

const heldBy = async (sandbox: string): Promise<string> =>
  (await fetch(`${service.sandbox(sandbox)}/_sandbox/state`)).text();

const answers = new Map<string, { readonly status: number; readonly body: unknown }>();

const send = async ({ platform, body }: RoundTrip): Promise<void> => {
  const answer = await fetch(`${service.url}/hooks/${platform}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
    body: JSON.stringify(body),
  });
  answers.set(platform, { status: answer.status, body: await answer.json() });
};

/** All at once, so that the CRMs' settle time is waited for once. */
beforeAll(async () => {
  await service.start();
  for (const { platform, settings } of trips) {
    await put(`/api/sources/${platform}`, { platform, title: platform, secrets: [secret], settings });
    const messages = [{ text: 'Hello {{default firstName "friend"}}' }];
    await put(`/api/contents/hello-${platform}`, { source: platform, title: 'Hello', content: { messages } });
  }
  await Promise.all(trips.map(send));
}, 120_000);
afterAll(async () => {
  await service.stop();
  folder.remove();
});

describe('a request of every platform', () => {
  it.each(trips.map((trip) => [trip.platform, trip] as const))(
    'is answered as %s wants it, and reaches the CRMs',
    async (platform, { email, answer: schema, says }) => {
      const answer = answers.get(platform);
      expect(answer?.status).toBe(200);
      expect(schema.safeParse(answer?.body).error).toBeUndefined();
      expect(JSON.stringify(answer?.body)).toContain(`Hello ${says}`);
      for (const sandbox of ['HubSpot', 'Salesforce'])
        await eventually(
          () => heldBy(sandbox),
          (state) => state.includes(email),
        );
    },
  );

  it('reaches Mailchimp only with consent to e-mail, which an address is not', async () => {
    const held = await eventually(
      () => heldBy('Mailchimp'),
      (state) => state.includes('ana@chatfuel.test'),
    );
    expect(held).not.toContain('ana@generic.test');
  });
});
