import { describe, expect, it } from 'vitest';
import { account, type Ask, at, contacts } from '../test-support.js';

const ada = { id: '7', createdAt: at, updatedAt: at, properties: { email: 'ada@x.es' } };
const name = 'pe4242001_bot_completed';

async function withDefinition(state: object = {}): Promise<Ask> {
  const ask = await account({ contacts: [ada], ...state });
  const definition = { label: 'Bot completed', propertyDefinitions: [{ label: 'Score', type: 'number' }] };
  const { body } = await ask('POST', '/events/v3/event-definitions', definition);
  expect(body).toMatchObject({ fullyQualifiedName: name, properties: [{ name: 'score', type: 'number' }] });
  return ask;
}
const send = (ask: Ask, more: object) => ask('POST', '/events/v3/send', { eventName: name, properties: {}, ...more });
const happened = async (ask: Ask, query = 'objectType=contact&objectId=7') =>
  ((await ask('GET', `/events/v3/events?${query}`)).body as { results: unknown[] }).results;

describe('a custom event', () => {
  it('is taken without a word and then shown with its contact, without properties nobody defined', async () => {
    const ask = await withDefinition();
    expect(await send(ask, { email: 'ada@x.es', properties: { score: '9', other: 'x' } })).toMatchObject({
      status: 204,
      body: null,
    });
    expect(await happened(ask)).toMatchObject([{ eventType: name, objectId: '7', properties: { score: '9' } }]);
  });

  it('counts once for each uuid', async () => {
    const ask = await withDefinition();
    for (const uuid of ['u-1', 'u-1', 'u-2']) await send(ask, { objectId: '7', uuid });
    expect(await happened(ask)).toHaveLength(2);
  });

  it('for an unknown address makes a contact, where the account does that', async () => {
    const ask = await withDefinition();
    await send(ask, { email: 'new@x.es' });
    expect(await ask('GET', `${contacts}/new@x.es?idProperty=email`)).toMatchObject({ status: 200 });
    const other = await withDefinition({ behaviour: { eventsCreateContacts: false } });
    await send(other, { email: 'new@x.es' });
    expect(await other('GET', `${contacts}/new@x.es?idProperty=email`)).toMatchObject({ status: 404 });
  });

  it.each([
    ['an unknown name', { eventName: 'pe4242001_nope', email: 'ada@x.es' }],
    ['nobody it is about', {}],
    ['a value too long', { email: 'ada@x.es', properties: { score: '9'.repeat(257) } }],
  ])('with %s is refused', async (_name, more) => {
    const ask = await withDefinition();
    expect(await send(ask, more)).toMatchObject({ status: 400 });
  });

  it('starts the workflows that listen to it', async () => {
    const trigger = { on: 'event', eventName: name };
    const ask = await withDefinition({
      workflows: [{ flowId: '1', workflowId: 1, name: 'Thank', trigger, sendsEmailId: 4_126_643_121 }],
    });
    await ask('POST', '/events/v3/send/batch', { inputs: [{ eventName: name, objectId: '7', properties: {} }] });
    expect(await ask('GET', '/_sandbox/state')).toMatchObject({
      body: { enrolments: [{ contactId: '7' }], emailSends: [{ to: 'ada@x.es', sendResult: 'SENT' }] },
    });
  });
});

it('has a definition of a name only once', async () => {
  const ask = await withDefinition();
  const again = { label: 'Bot completed' };
  expect(await ask('POST', '/events/v3/event-definitions', again)).toMatchObject({ status: 409 });
  expect(await ask('GET', '/events/v3/event-definitions')).toMatchObject({ body: { total: 1 } });
  expect(await ask('DELETE', `/events/v3/event-definitions/${name}`)).toMatchObject({ status: 204 });
  expect(await ask('GET', `/events/v3/event-definitions/${name}`)).toMatchObject({ status: 404 });
});
