import { StreamingExtension } from 'jsforce/lib/api/streaming.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ServedOrg } from '../test-support.js';

let org: ServedOrg;
beforeAll(async () => {
  org = await ServedOrg.start();
});
beforeEach(async () => {
  await org.reset();
  await org.change(() => ({ changeDataCapture: ['Contact', 'Lead', 'Account'] }));
});
afterEach(() => {
  for (const end of ending.splice(0)) end();
});
afterAll(() => org.close());

interface Client {
  subscribe(channel: string, listener: (message: unknown) => void): PromiseLike<void>;
  disconnect(): void;
}
const heard = z.looseObject({
  payload: z.looseObject({ ChangeEventHeader: z.looseObject({}).optional() }),
  event: z.object({ replayId: z.number() }),
});
const ending: (() => void)[] = [];

/** Subscribes through jsforce as it comes. @returns what was heard so far */
async function listen(channel: string, replayFrom = -1) {
  const connection = org.jsforce();
  const replay = new StreamingExtension.Replay(channel, replayFrom);
  const client = z.custom<Client>().parse(connection.streaming.createClient([replay]));
  ending.push(() => client.disconnect());
  const messages: z.infer<typeof heard>[] = [];
  await client.subscribe(channel, (message) => messages.push(heard.parse(message)));
  return messages;
}
const header = (message?: z.infer<typeof heard>) => message?.payload.ChangeEventHeader;
const admin = (method: string, path: string, body?: unknown) => org.send(method, `/_sandbox/records${path}`, body);

describe('change events', () => {
  it('say what was made, changed and deleted, by whom and through what', async () => {
    const messages = await listen('/data/ContactChangeEvent');
    const connection = org.jsforce();
    connection._callOptions = { client: 'parley' };
    const made = await connection
      .sobject('Contact')
      .create({ LastName: 'Ito', MailingCity: 'Kyoto', Birthdate: '2000-01-31' });
    const id = String(made.id);
    await admin('PATCH', `/Contact/${id}`, { LastName: 'Sato', Title: 'Dr.' });
    await admin('DELETE', `/Contact/${id}`);
    await expect.poll(() => messages).toHaveLength(3);
    const [first, second, third] = messages;
    expect(first?.payload).toMatchObject({
      Name: { LastName: 'Ito' },
      MailingAddress: { City: 'Kyoto' },
      Birthdate: '2000-01-31',
      CreatedDate: expect.stringMatching(/Z$/) as string,
    });
    expect(header(first)).toMatchObject({
      entityName: 'Contact',
      recordIds: [id],
      changeType: 'CREATE',
      changedFields: [],
      changeOrigin: 'com/salesforce/api/rest/60.0;client=parley',
      commitUser: '005B00000000001IAA',
    });
    expect(second?.payload).toMatchObject({ Name: { LastName: 'Sato' }, Title: 'Dr.' });
    expect(second?.payload).not.toHaveProperty('Birthdate');
    expect(header(second)).toMatchObject({
      changeType: 'UPDATE',
      changedFields: expect.arrayContaining(['Name.LastName', 'Title']) as string[],
      commitUser: '005B00000000002IAA',
    });
    expect(Object.keys(third?.payload ?? {})).toEqual(['ChangeEventHeader']);
    expect(header(third)).toMatchObject({ changeType: 'DELETE', recordIds: [id] });
  });

  it('are told of objects an admin has chosen, all on one channel if wanted, and not of what was rolled back', async () => {
    const messages = await listen('/data/ChangeEvents');
    const records = [{ attributes: { type: 'Contact' }, LastName: 'Ito' }, { attributes: { type: 'Contact' } }];
    await org.api('POST', '/composite/sobjects', { allOrNone: true, records });
    await org.make('Campaign', { Name: 'Not chosen' });
    await org.make('Account', { Name: 'Moreno Ltd' });
    await expect.poll(() => messages).toHaveLength(1);
    expect(header(messages[0])).toMatchObject({ entityName: 'Account' });
    expect(messages[0]?.payload).toMatchObject({ Name: 'Moreno Ltd' });
  });

  it('are replayed from where the subscriber was', async () => {
    for (const LastName of ['one', 'two', 'three']) await org.make('Contact', { LastName });
    const all = await listen('/data/ContactChangeEvent', -2);
    await expect.poll(() => all).toHaveLength(3);
    const rest = await listen('/data/ContactChangeEvent', all[1]?.event.replayId);
    await expect.poll(() => rest).toMatchObject([{ payload: { Name: { LastName: 'three' } } }]);
  });

  it('are kept for three days', async () => {
    await org.make('Contact', { LastName: 'old' });
    await org.setClock(73);
    await org.make('Contact', { LastName: 'new' });
    expect((await org.state()).streamEvents).toMatchObject([{ payload: { Name: { LastName: 'new' } } }]);
  });
});

it('platform events reach their subscribers', async () => {
  const messages = await listen('/event/Bot_Event__e');
  await org.jsforce().sobject('Bot_Event__e').create({ Segment__c: 'vip' });
  await expect.poll(() => messages).toMatchObject([{ payload: { Segment__c: 'vip' } }]);
});

describe('the protocol', () => {
  const send = async (messages: readonly Record<string, unknown>[], authorization?: string) => {
    const headers = authorization === undefined ? undefined : { authorization };
    return (await org.send('POST', '/cometd/60.0', messages, headers)).body as Record<string, unknown>[];
  };
  const bayeux = async (message: Record<string, unknown>, authorization?: string) =>
    (await send([message], authorization))[0];
  const handshake = async () => (await bayeux({ channel: '/meta/handshake', version: '1.0' }))?.clientId;

  it('refuses who is not signed in, in the way jsforce looks for', async () => {
    expect(await bayeux({ channel: '/meta/handshake' }, 'Bearer nobody')).toMatchObject({
      successful: false,
      error: '403::Handshake denied',
      ext: { sfdc: { failureReason: '401::Authentication invalid' } },
    });
  });

  it('sends who is not known back to the handshake', async () => {
    expect(await bayeux({ channel: '/meta/connect', clientId: 'nobody' })).toMatchObject({
      successful: false,
      error: '403::Unknown client',
      advice: { reconnect: 'handshake' },
    });
  });

  it.each([
    ['/data/CaseChangeEvent', {}, '404::'],
    ['/topic/Anything', {}, '404::'],
    ['/data/ContactChangeEvent', { replay: { '/data/ContactChangeEvent': 999 } }, '400::The replayId {999}'],
  ])('refuses to subscribe to %s with %j', async (subscription, ext, words) => {
    const clientId = await handshake();
    expect(await bayeux({ channel: '/meta/subscribe', clientId, subscription, ext })).toMatchObject({
      successful: false,
      error: expect.stringContaining(words) as string,
    });
  });

  it.each([
    ['comes with other messages', 2, undefined],
    ['asks not to wait', 1, { timeout: 0 }],
  ])('answers a poll at once that %s', async (_what, messages, advice) => {
    const clientId = await handshake();
    await bayeux({ channel: '/meta/connect', clientId });
    const subscribe = { channel: '/meta/subscribe', clientId, subscription: '/data/LeadChangeEvent' };
    const poll = { channel: '/meta/connect', clientId, advice };
    expect(await send([subscribe, poll].slice(-messages))).toHaveLength(messages);
  });

  it('ends a waiting poll when the sandbox stops', async () => {
    const own = await ServedOrg.start();
    const first = await own.send('POST', '/cometd/60.0', [{ channel: '/meta/handshake' }]);
    const clientId = (first.body as { clientId: string }[])[0]?.clientId;
    const waiting = own.send('POST', '/cometd/60.0', [{ channel: '/meta/connect', clientId }]).catch(() => 'cut');
    await own.send('GET', '/_sandbox/calls');
    await own.close();
    expect(await waiting).toBeDefined();
  });
});
