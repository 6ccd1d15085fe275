import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configurationFile } from '../../src/provisioning/configuration-schema.js';
import { Provisioner } from '../../src/provisioning/provisioner.service.js';
import { testDatabase } from '../support/database.js';
import { type ParleyHere, startParleyHere } from '../support/parley.js';
import { callHook, lastRequests, makeSource } from './test-support.js';

const database = testDatabase();
let parley: ParleyHere;
const api = async (method: string, path: string, body?: unknown) => (await parley.ask(method, path, body)).body;

const welcome = {
  source: 'block',
  title: 'Order confirmed',
  moment: 'order_placed',
  content: {
    messages: [
      {
        text: 'Gracias, {{default firstName "amigo"}}. Total: {{money total "EUR"}}, {{date visit "long"}}.',
        buttons: [{ title: 'Pedido', url: 'https://shop.test/o?n={{url firstName}}' }],
      },
      { media: 'video', url: 'https://cdn.test/v.mp4' },
    ],
    fields: { Budget: '{{total}}' },
    addTags: ['buyer'],
  },
};

beforeAll(async () => {
  parley = await startParleyHere(database.url);
  await makeSource(parley, 'block', 'manychat', {
    reply: 'dynamic_block',
    channel: 'instagram',
    locale: 'es',
    timeZone: 'Europe/Madrid',
  });
});
afterAll(() => parley.close());

const order = { id: '1', key: 'user:1', custom_fields: { total: 12.5, visit: '2026-03-01' }, first_name: 'Zoë' };

describe('content', () => {
  it('is said to whom it fits, in the platform’s own answer and the person’s language', async () => {
    expect(await api('PUT', '/api/contents/order', welcome)).toMatchObject({ key: 'order', provisioned: false });
    const { body } = await callHook(parley, 'block?event=order_placed', order);
    expect(body).toEqual({
      version: 'v2',
      content: {
        type: 'instagram',
        messages: [
          {
            type: 'text',
            text: expect.stringMatching(/^Gracias, Zoë\. Total: 12,50\s€, 1 de marzo de 2026\.$/) as unknown,
            buttons: [{ type: 'url', caption: 'Pedido', url: 'https://shop.test/o?n=Zo%C3%AB' }],
          },
        ],
        actions: [
          { action: 'set_field_value', field_name: 'Budget', value: 12.5 },
          { action: 'add_tag', tag_name: 'buyer' },
        ],
        quick_replies: [],
      },
    });
    expect((await lastRequests(parley, 'block'))[0]?.leftOut).toEqual([
      'A message of the type video: this channel has none.',
    ]);
    expect((await callHook(parley, 'block?event=other', order)).body).toMatchObject({ content: { messages: [] } });
  });

  it('is previewed and tested with a real profile, without changing anything', async () => {
    const [{ id }] = (await database.dataSource.query<{ id: string }[]>(`SELECT id FROM profiles`)) as [{ id: string }];
    const content = { ...welcome, key: 'draft', content: { messages: [{ text: 'Hola {{firstName}} {{fristName}}' }] } };
    expect(await api('POST', '/api/contents/preview', { content, profile: id })).toMatchObject({
      content: { messages: [{ text: 'Hola Zoë' }] },
      answer: { content: { messages: [{ text: 'Hola Zoë' }] } },
      unknownNames: ['fristName'],
    });
    expect(
      await api('POST', '/api/contents/test', { source: 'block', moment: 'order_placed', profile: id }),
    ).toMatchObject({
      template: 'order',
    });
    expect(await api('POST', '/api/contents/test', { source: 'block', moment: 'never' })).toMatchObject({
      template: null,
    });
    expect(await api('GET', '/api/contents')).toMatchObject({ items: [{ key: 'order' }] });
  });

  it.each([
    [
      'a helper that there is not',
      { messages: [{ text: 'Hi {{lookup this "constructor"}}' }] },
      /no helper [^ ]*lookup/,
    ],
    ['a partial', { messages: [{ text: '{{> secrets}}' }] }, /partials/],
    ['an open block', { messages: [{ text: '{{#if a}}' }] }, /is no template/],
    ['two aims', { quickReplies: [{ title: 'x', url: 'https://a.test', goTo: 'y' }] }, /url or goTo/],
  ])('is refused at save with the place where it has %s', async (_what, content, problem) => {
    const answer = await parley.ask('PUT', '/api/contents/bad', { ...welcome, content });
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).toMatch(problem);
  });

  it('of an unknown source is refused, and what is deleted is said no more', async () => {
    expect(await parley.ask('PUT', '/api/contents/bad', { ...welcome, source: 'nobody' })).toMatchObject({
      status: 400,
    });
    expect((await parley.ask('DELETE', '/api/contents/order')).status).toBe(204);
    expect((await callHook(parley, 'block?event=order_placed', { ...order, first_name: 'Eve' })).body).toMatchObject({
      content: { messages: [], actions: [] },
    });
  });

  it('of a configuration file is said from then on, changed only there, and put aside when no file names it any more', async () => {
    const provisioner = parley.get(Provisioner);
    const file = (contents: object[]) => provisioner.apply(configurationFile.parse({ contents }));
    await file([{ ...welcome, key: 'filed', moment: 'filed_moment' }]);
    const { body } = await callHook(parley, 'block?event=filed_moment', order);
    expect(JSON.stringify(body)).toContain('Gracias, Zoë.');
    expect(await parley.ask('PUT', '/api/contents/filed', welcome)).toMatchObject({ status: 409 });
    expect(await parley.ask('DELETE', '/api/contents/filed')).toMatchObject({ status: 409 });
    await file([]);
    expect(await api('GET', '/api/contents/filed')).toMatchObject({ enabled: false, provisioned: false });
    const after = await callHook(parley, 'block?event=filed_moment', { ...order, first_name: 'Eve' });
    expect(after.body).toMatchObject({ content: { messages: [] } });
  });
});
