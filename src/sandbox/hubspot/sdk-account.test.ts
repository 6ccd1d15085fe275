import { Client } from '@hubspot/api-client';
import { SubscriptionCreateRequestEventTypeEnum as EventType } from '@hubspot/api-client/lib/codegen/webhooks/models/SubscriptionCreateRequest.js';
import { describe, expect, it } from 'vitest';
import { sandboxDeveloperKey } from './fresh-account.js';
import { sandboxOauthApp } from './index.js';
import { at, person, sdkAccount } from './test-support.js';

describe('automation and events by the SDK', () => {
  it('enrol by the legacy call, and translate the ids it needs', async () => {
    const here = await sdkAccount();
    await person(here, 'ada+1@x.es');
    const path = '/automation/v2/workflows/3002/enrollments/contacts/ada%2B1%40x.es';
    expect(await here.ask('POST', path)).toEqual({ status: 204, body: null });
    expect(await here.ask('DELETE', path)).toEqual({ status: 204, body: null });
    expect(await here.ask('GET', '/automation/v4/flows')).toMatchObject({ body: { results: { length: 3 } } });
    const inputs = [{ type: 'FLOW_ID', flowId: '900002' }];
    expect(await here.ask('POST', '/automation/v4/workflow-id-mappings/batch/read', { inputs })).toMatchObject({
      body: { results: [{ flowId: 900_002, workflowId: 3_002 }] },
    });
  });

  it('send custom events, each once', async () => {
    const here = await sdkAccount();
    const ada = await person(here, 'ada@x.es');
    await here.ask('POST', '/events/v3/event-definitions', { label: 'Bot done', name: 'bot_done' });
    const event = {
      eventName: 'pe4242001_bot_done',
      objectId: ada,
      properties: {},
      uuid: 'u-1',
      occurredAt: new Date(at),
    };
    const { send, eventsApi } = here.sdk.events;
    await send.basicApi.send(event);
    await send.batchApi.send({ inputs: [event, { ...event, uuid: 'u-2' }] });
    await expect(send.basicApi.send({ ...event, eventName: 'pe4242001_nope' })).rejects.toMatchObject({ code: 400 });
    const kept = await here.ask('GET', '/events/v3/events', undefined, { objectType: 'contact', objectId: ada });
    expect((await eventsApi.getTypes()).eventTypes).toEqual(['pe4242001_bot_done']);
    expect(kept.body).toMatchObject({ results: { length: 2 } });
  });
});

describe('e-mail and subscriptions by the SDK', () => {
  it('send at most once for each send id, and tell later what became of it', async () => {
    const here = await sdkAccount();
    await person(here, 'ada@x.es');
    const order = (emailId: number) => ({ emailId, message: { to: 'ada@x.es', sendId: `run-${String(emailId)}` } });
    const sent = await here.sdk.marketing.transactional.singleSendApi.sendEmail(order(4_126_643_121));
    expect(sent).toMatchObject({ status: 'PENDING' });
    const statusOf = (statusId: string) => here.ask('GET', `/marketing/v3/email/send-statuses/${statusId}`);
    expect(await statusOf(sent.statusId)).toMatchObject({ body: { sendResult: 'SENT' } });
    const single = () => here.ask('POST', '/marketing/v4/email/single-send', order(4_126_643_122));
    await single();
    const { statusId } = (await single()).body as { statusId: string };
    expect(await statusOf(statusId)).toMatchObject({ body: { sendResult: 'IDEMPOTENT_IGNORE' } });
  });

  it('subscribe and unsubscribe: version 3 brings nobody back, version 4 does', async () => {
    const { sdk, ask } = await sdkAccount();
    const { definitionApi, statusApi } = sdk.communicationPreferences;
    expect((await definitionApi.getPage()).subscriptionDefinitions).toHaveLength(3);
    const wish = { emailAddress: 'ada@x.es', subscriptionId: '501' };
    await statusApi.subscribe(wish);
    await statusApi.unsubscribe(wish);
    expect((await statusApi.getEmailStatus('ada@x.es')).subscriptionStatuses[0]?.status).toBe('NOT_SUBSCRIBED');
    await expect(statusApi.subscribe(wish)).rejects.toMatchObject({ code: 400 });
    const v4 = '/communication-preferences/v4';
    const email = { channel: 'EMAIL' };
    expect(await ask('GET', `${v4}/definitions`)).toMatchObject({ body: { results: { length: 3 } } });
    const status = { subscriptionId: 501, statusState: 'SUBSCRIBED', channel: 'EMAIL' };
    expect(await ask('POST', `${v4}/statuses/ada@x.es`, status)).toMatchObject({
      body: { results: [{ setStatusSuccessReason: 'RESUBSCRIBE_OCCURRED' }] },
    });
    expect(await ask('GET', `${v4}/statuses/ada@x.es`, undefined, email)).toMatchObject({ status: 200 });
    const all = `${v4}/statuses/ada@x.es/unsubscribe-all`;
    await ask('POST', all, undefined, { ...email, verbose: 'true' });
    expect(await ask('GET', all, undefined, email)).toMatchObject({ body: { results: [{ status: 'UNSUBSCRIBED' }] } });
  });
});

describe('the account by the SDK', () => {
  it('is connected with OAuth, and says whose token it is', async () => {
    const { sdk, ask, basePath } = await sdkAccount();
    const { clientId, clientSecret } = sandboxOauthApp;
    const redirectUri = 'http://127.0.0.1:9/callback';
    const form = {
      client_id: clientId,
      redirect_uri: redirectUri,
      decision: 'allow',
      scope: 'crm.objects.contacts.read',
    };
    const allowed = await fetch(`${basePath}/oauth/authorize`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams(form),
    });
    const code = new URL(allowed.headers.get('location') ?? '').searchParams.get('code') ?? '';
    const { tokensApi, accessTokensApi, refreshTokensApi } = sdk.oauth;
    const grant = await tokensApi.create('authorization_code', code, redirectUri, clientId, clientSecret);
    const again = await tokensApi.create(
      'refresh_token',
      undefined,
      undefined,
      clientId,
      clientSecret,
      grant.refreshToken,
    );
    expect(await accessTokensApi.get(again.accessToken)).toMatchObject({
      hubId: 4_242_001,
      appId: sandboxOauthApp.appId,
    });
    expect(await refreshTokensApi.get(grant.refreshToken)).toMatchObject({ hubId: 4_242_001 });
    await refreshTokensApi.archive(grant.refreshToken);
    await expect(
      tokensApi.create('refresh_token', undefined, undefined, clientId, clientSecret, grant.refreshToken),
    ).rejects.toMatchObject({ code: 400, body: { status: 'BAD_REFRESH_TOKEN' } });
    expect(await ask('GET', '/account-info/v3/details')).toMatchObject({ body: { portalId: 4_242_001 } });
    expect(await ask('GET', '/account-info/v3/api-usage/daily/private-apps')).toMatchObject({ status: 200 });
  });

  it('tells where its webhooks go, with the developer’s key', async () => {
    const { basePath } = await sdkAccount();
    const { settingsApi, subscriptionsApi } = new Client({ developerApiKey: sandboxDeveloperKey, basePath }).webhooks;
    const appId = 770_001;
    const throttling = { maxConcurrentRequests: 5 };
    await settingsApi.configure(appId, { targetUrl: 'http://127.0.0.1:9/hook', throttling });
    expect(await settingsApi.getAll(appId)).toMatchObject({ throttling });
    const subscription = { eventType: EventType.ContactPropertyChange, propertyName: 'country', active: false };
    const { id } = await subscriptionsApi.create(appId, subscription);
    await subscriptionsApi.update(Number(id), appId, { active: true });
    expect((await subscriptionsApi.getAll(appId)).results).toMatchObject([{ id, active: true }]);
    await subscriptionsApi.archive(Number(id), appId);
    await settingsApi.clear(appId);
    await expect(settingsApi.getAll(appId)).rejects.toMatchObject({ code: 404 });
  });
});
