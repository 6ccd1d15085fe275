import { describe, expect, it } from 'vitest';
import type { Consents } from '../../consent/consent.js';
import { createManychatEmulator, sandboxApiKey } from '../../sandbox/manychat/index.js';
import { startSandbox } from '../../sandbox/sandbox-server.js';
import type { ActionRequest } from '../action.js';
import { testContext } from '../test-support.js';
import { manychat } from './definition.js';
import { settingsSchema } from './settings.js';
import { openGate, outgoing, rehearse, request, text } from './test-support.js';

const id = '17841400000000001';
const known = { remoteId: id, memo: null };

interface State {
  readonly subscribers: readonly { id: string; fields: object; tags: number[]; received: object[] }[];
  readonly tags: readonly { id: number; name: string }[];
}
const stateOf = async (control: (method: 'GET', path: string) => Promise<unknown>) =>
  (await control('GET', 'state')) as State;

describe('a contact in ManyChat', () => {
  it('gets its fields in one call, in the form each type wants', async () => {
    const { connection, control, calls } = await rehearse();
    const results = await connection.upsert(
      request([
        outgoing(id, {
          Plan: text('pro'),
          budget: { type: 'number', value: 0 },
          Birthday: { type: 'date', value: '1990-05-04' },
          'Last order': { type: 'datetime', value: '2026-03-02T09:10:11.000Z' },
          Newsletter: { type: 'boolean', value: false },
        }),
      ]),
    );
    expect(results).toMatchObject([{ status: 'delivered', remoteId: id, dropped: [] }]);
    expect(calls().filter((call) => call.includes('setCustomFields'))).toHaveLength(1);
    const [contact] = (await stateOf(control)).subscribers;
    expect(contact?.fields).toEqual({
      11: 'pro',
      12: 0,
      13: '1990-05-04',
      14: '2026-03-02T09:10:11+00:00',
      15: false,
    });
  });

  it('gets more than twenty fields in several calls', async () => {
    const { connection, control, calls } = await rehearse();
    const state = await stateOf(control);
    const names = Array.from({ length: 45 }, (_unused, index) => `Field ${String(index)}`);
    const fields = names.map((name, index) => ({ id: 500 + index, name, type: 'text' }));
    await control('PUT', 'state', { ...state, fields });
    const values = Object.fromEntries(names.map((name) => [name, text('x')]));
    expect(await connection.upsert(request([outgoing(id, values)]))).toMatchObject([
      { status: 'delivered', dropped: [] },
    ]);
    expect(calls().filter((call) => call.includes('setCustomFields'))).toHaveLength(3);
  });

  it('keeps its good fields when one is refused, and says which and why', async () => {
    const { connection, control } = await rehearse();
    const fields = { Plan: text('pro'), Nowhere: text('x'), Budget: text('a lot') };
    const [result] = await connection.upsert(request([outgoing(id, fields)]));
    expect(result).toMatchObject({
      status: 'delivered',
      dropped: [
        { field: 'Nowhere', code: 'UNKNOWN_FIELD' },
        { field: 'Budget', code: 'INVALID_VALUE' },
      ],
    });
    expect((await stateOf(control)).subscribers[0]?.fields).toEqual({ 11: 'pro' });
  });

  it('keeps the other fields when ManyChat has lost one since we looked', async () => {
    const { connection, control } = await rehearse();
    await connection.upsert(request([outgoing(id, { Plan: text('free') })]));
    const state = await stateOf(control);
    await control('PUT', 'state', { ...state, fields: [{ id: 11, name: 'Plan', type: 'text' }] });
    const [result] = await connection.upsert(
      request([outgoing(id, { Plan: text('pro'), Segments: text('vip') }, { known })]),
    );
    expect(result).toMatchObject({ status: 'delivered', dropped: [{ field: 'Segments', code: 'UNKNOWN_FIELD' }] });
    expect((await stateOf(control)).subscribers[0]?.fields).toMatchObject({ 11: 'pro' });
  });

  it('keeps its good fields also when ManyChat says in words we have never heard which one it refuses', async () => {
    const { connection, control } = await rehearse();
    const odd = {
      status: 400,
      body: { status: 'error', message: 'Nope', details: { messages: [{ message: 'Odd' }] } },
    };
    await control('POST', 'faults', { times: 2, path: 'setCustomFields', answer: odd });
    const values = { Plan: text('pro'), Segments: text('vip') };
    expect(await connection.upsert(request([outgoing(id, values)]))).toMatchObject([
      { status: 'delivered', dropped: [{ field: 'Plan', code: 'HTTP_400' }] },
    ]);
    expect((await stateOf(control)).subscribers[0]?.fields).toEqual({ 16: 'vip' });
  });

  it('is refused as a whole when ManyChat refuses all of it for a reason that is no field’s', async () => {
    const { connection, control } = await rehearse();
    const blocked = { status: 400, body: { status: 'error', message: 'Contact is unsubscribed' } };
    await control('POST', 'faults', { times: 9, path: 'setCustomFields', answer: blocked });
    const values = { Plan: text('pro'), Segments: text('vip') };
    expect(await connection.upsert(request([outgoing(id, values)]))).toMatchObject([
      { status: 'failed', error: { kind: 'rejected', message: expect.stringContaining('unsubscribed') as string } },
    ]);
  });

  it('gets a field that was made since we looked', async () => {
    const { connection, control, clock } = await rehearse();
    await connection.upsert(request([outgoing(id, { Plan: text('pro') })]));
    const state = await stateOf(control);
    const fields = [{ id: 77, name: 'Score', type: 'number' }];
    await control('PUT', 'state', { ...state, fields });
    clock.now = new Date(clock.now.getTime() + 6_000);
    const score = { Score: { type: 'number', value: 3 } } as const;
    expect(await connection.upsert(request([outgoing(id, score, { known })]))).toMatchObject([{ dropped: [] }]);
    expect((await stateOf(control)).subscribers[0]?.fields).toMatchObject({ 77: 3 });
  });

  it('gets and loses tags one by one, and nobody else loses any', async () => {
    const { connection, control, calls } = await rehearse();
    await connection.upsert(
      request([outgoing('1', {}, { tagsToAdd: ['vip'] }), outgoing('2', {}, { tagsToAdd: ['vip'] })]),
    );
    await connection.upsert(request([outgoing('1', {}, { known, tagsToRemove: ['vip', 'never there'] })]));
    const { subscribers, tags } = await stateOf(control);
    expect(subscribers.map(({ id: contact, tags: held }) => [contact, held])).toEqual([
      ['1', []],
      ['2', [1]],
    ]);
    expect(tags.map(({ name }) => name)).toContain('vip');
    expect(calls().some((call) => call.includes('/page/removeTag'))).toBe(false);
  });

  it('has a new tag made only where the mapping allows it', async () => {
    const { connection, control } = await rehearse();
    const refused = await connection.upsert(
      request([outgoing(id, {}, { tagsToAdd: ['new'] })], { create: { fields: false, options: false } }),
    );
    expect(refused).toMatchObject([{ status: 'delivered', dropped: [{ field: 'tags', code: 'UNKNOWN_TAG' }] }]);
    await connection.upsert(request([outgoing(id, {}, { tagsToAdd: ['new'] })]));
    expect((await stateOf(control)).tags.map(({ name }) => name)).toContain('new');
  });

  it('under another id is somebody else there, who gets everything', async () => {
    const { connection, control } = await rehearse();
    const record = outgoing(
      '2',
      { Plan: text('pro') },
      { changed: {}, tags: ['vip'], known: { remoteId: '1', memo: null } },
    );
    expect(await connection.upsert(request([record]))).toMatchObject([{ status: 'delivered', remoteId: '2' }]);
    expect((await stateOf(control)).subscribers).toMatchObject([{ id: '2', fields: { 11: 'pro' }, tags: [1] }]);
  });

  it('that ManyChat does not know is refused, and its neighbours are not', async () => {
    const { connection, control } = await rehearse();
    const state = await stateOf(control);
    await control('PUT', 'state', { ...state, behaviour: { makesSubscribers: false, errorsAreOk: false } });
    expect(await connection.upsert(request([outgoing('404', { Plan: text('pro') })]))).toMatchObject([
      { status: 'failed', error: { kind: 'rejected', details: { code: 'UNKNOWN_CONTACT' } } },
    ]);
  });
});

describe('errors', () => {
  it.each([
    ['as an error answer', false],
    ['with 200 and status error', true],
  ])('that come %s are understood', async (_how, errorsAreOk) => {
    const { connection, control } = await rehearse();
    const state = await stateOf(control);
    await control('PUT', 'state', { ...state, behaviour: { makesSubscribers: false, errorsAreOk } });
    expect(await connection.upsert(request([outgoing('404', { Plan: text('pro') })]))).toMatchObject([
      { status: 'failed', error: { kind: 'rejected' } },
    ]);
  });

  it('say that the key is wrong, though ManyChat only says Forbidden', async () => {
    const { connection } = await rehearse('1:wrong');
    await expect(connection.check({ mapping: null })).rejects.toMatchObject({ kind: 'unauthorized' });
  });

  it('say that we were too fast', async () => {
    const { connection, control } = await rehearse();
    await control('PUT', 'limits', { enabled: true });
    const records = Array.from({ length: 12 }, (_unused, index) => outgoing(String(index), { Plan: text('pro') }));
    const results = await connection.upsert(request(records));
    const failed = results.filter(({ status }) => status === 'failed');
    expect(failed.length).toBeGreaterThan(0);
    expect(failed).toMatchObject(failed.map(() => ({ error: { kind: 'throttled' } })));
  });
});

describe('actions', () => {
  const action = (input: object, remoteId = id, consents: Consents = {}): ActionRequest => ({
    runId: 'run-1',
    input,
    plannedAt: new Date(),
    subject: { profileId: 'p', key: remoteId, remoteId, memo: null, email: null, phone: null, consents },
  });
  const flow = 'content20260101120000_100002';

  it.each([
    ['tag.add', { tag: 'vip' }, { tags: [1] }],
    ['field.set', { field: 'plan', value: 'pro' }, { fields: { 11: 'pro' } }],
    [
      'flow.start',
      { flow: 'content20260101120000_100002' },
      { received: [{ how: 'flow', content: 'Abandoned cart' }] },
    ],
    [
      'content.send',
      { text: 'Hello', channel: 'instagram' },
      {
        received: [
          { content: { version: 'v2', content: { type: 'instagram', messages: [{ type: 'text', text: 'Hello' }] } } },
        ],
      },
    ],
  ])('%s with %o is done, and can be seen', async (name, input, expected) => {
    const { connection, control } = await rehearse();
    expect(await connection.perform?.(name, [action(input)])).toMatchObject([{ runId: 'run-1', status: 'done' }]);
    expect((await stateOf(control)).subscribers).toMatchObject([{ id, ...expected }]);
  });

  it('show an image and a link where the channel can, and else put the link into the text', async () => {
    const { connection, control } = await rehearse();
    const content = {
      text: 'Hello',
      image: 'https://cdn.test/i.png',
      link: { title: 'Shop', url: 'https://shop.test' },
    };
    const agreed = {
      whatsapp: { status: 'granted', at: '2026-01-01T00:00:00.000Z', source: 'bot', event: 'e' },
    } as const;
    await connection.perform?.('content.send', [
      action(content),
      action({ ...content, channel: 'whatsapp' }, '2', agreed),
    ]);
    expect((await stateOf(control)).subscribers.map(({ received }) => received)).toMatchObject([
      [
        {
          content: {
            content: {
              messages: [
                { type: 'image', url: 'https://cdn.test/i.png' },
                { type: 'text', text: 'Hello', buttons: [{ type: 'url', caption: 'Shop', url: 'https://shop.test' }] },
              ],
            },
          },
        },
      ],
      [
        {
          content: {
            content: { type: 'whatsapp', messages: [{ type: 'text', text: 'Hello\nShop: https://shop.test' }] },
          },
        },
      ],
    ]);
  });

  it.each([
    ['content.send', { text: 'Hello', channel: 'whatsapp' }],
    ['flow.start', { flow, channel: 'whatsapp' }],
  ])('%s reaches nobody on WhatsApp who has not agreed to it', async (name, input) => {
    const { connection, calls } = await rehearse();
    expect(await connection.perform?.(name, [action(input)])).toEqual([
      { runId: 'run-1', status: 'withheld', code: 'NO_CONSENT', message: 'consent for whatsapp is unknown' },
    ]);
    expect(calls()).toEqual([]);
  });

  it('start no more than a hundred flows an hour for a contact, and others’ all the same', async () => {
    const { connection, control, clock } = await rehearse();
    const started = await connection.perform?.(
      'flow.start',
      Array.from({ length: 101 }, () => action({ flow })),
    );
    expect(started?.filter(({ status }) => status === 'done')).toHaveLength(100);
    expect(started?.at(-1)).toMatchObject({
      status: 'failed',
      error: { kind: 'throttled', details: { recordOnly: true, retryAfterMs: 3_600_000 } },
    });
    expect(await connection.perform?.('flow.start', [action({ flow }, '2')])).toMatchObject([{ status: 'done' }]);
    clock.now = new Date(clock.now.getTime() + 3_600_001);
    expect(await connection.perform?.('flow.start', [action({ flow })])).toMatchObject([{ status: 'done' }]);
    expect((await stateOf(control)).subscribers[0]?.received).toHaveLength(101);
  });

  it.each([
    ['a fault of ManyChat’s', { answer: { status: 502, body: 'Bad gateway' } }],
    ['an answer that nobody can read', { answer: { status: 200, body: '<html>' } }],
    ['a connection that is cut after the work was done', { drop: 'after' }],
  ])('are open after %s where twice would be too often, and are done again where it is not', async (_what, fault) => {
    const { connection, control } = await rehearse();
    await control('POST', 'faults', { times: 2, method: 'POST', ...fault });
    expect(await connection.perform?.('flow.start', [action({ flow })])).toMatchObject([
      { status: 'failed', error: { kind: 'unknown' } },
    ]);
    expect(await connection.perform?.('tag.add', [action({ tag: 'vip' })])).toMatchObject([
      { status: 'failed', error: { kind: 'transient' } },
    ]);
  });

  it('may be done again when nobody was there to take them', async () => {
    const closed = await startSandbox(createManychatEmulator, { port: 0 });
    await closed.close();
    const settings = settingsSchema.parse({ apiKey: sandboxApiKey, baseUrl: closed.origin });
    const away = manychat.connect(settings, testContext({ call: openGate }));
    expect(await away.perform?.('flow.start', [action({ flow })])).toMatchObject([
      { status: 'failed', error: { kind: 'transient', details: { code: 'NO_ANSWER' } } },
    ]);
  });

  it('take a tag from this one contact', async () => {
    const { connection, control } = await rehearse();
    await connection.perform?.('tag.add', [action({ tag: 'vip' }), action({ tag: 'vip' }, '2')]);
    await connection.perform?.('tag.remove', [action({ tag: 'vip' })]);
    expect((await stateOf(control)).subscribers.map(({ tags }) => tags)).toEqual([[], [1]]);
  });

  it('say why they were refused', async () => {
    const { connection } = await rehearse();
    expect(await connection.perform?.('flow.start', [action({ flow: 'gone' })])).toMatchObject([
      { status: 'failed', error: { kind: 'rejected', details: { code: 'UNKNOWN_FLOW' } } },
    ]);
  });
});

describe('before it is trusted', () => {
  it('a mapping shows what it would change', async () => {
    const { connection } = await rehearse();
    await connection.upsert(request([outgoing(id, { Plan: text('free') })]));
    const preview = await connection.preview?.(
      request([outgoing(id, { Plan: text('pro'), Budget: { type: 'number', value: 5 } }, { tags: ['vip'] })]),
    );
    expect(preview).toMatchObject([
      {
        action: 'update',
        differences: [
          { field: 'Plan', holds: 'free', wants: 'pro' },
          { field: 'Budget', holds: null, wants: 5 },
          { field: 'tags', holds: [], wants: ['vip'] },
        ],
      },
    ]);
  });

  it('missing fields are made only where the mapping allows it', async () => {
    const { connection } = await rehearse();
    const fields = [
      { name: 'id', label: 'Id', type: 'string', key: true },
      { name: 'Plan', label: 'Plan', type: 'string', key: false },
      { name: 'Score', label: 'Score', type: 'number', key: false },
    ] as const;
    const wanted = { object: 'contact', keyField: 'id', tagsField: null, options: {}, fields, dryRun: false };
    const create = (allowed: boolean) => ({ fields: allowed, options: false });
    expect(await connection.prepare?.({ ...wanted, create: create(false) })).toMatchObject({
      created: [],
      problems: [expect.stringContaining('"Score"')],
    });
    expect((await connection.prepare?.({ ...wanted, create: create(true) }))?.created).toHaveLength(1);
    expect((await connection.fields('contact')).map(({ name, type }) => [name, type])).toContainEqual([
      'Score',
      'number',
    ]);
    expect(await connection.prepare?.({ ...wanted, create: create(true) })).toEqual({ created: [], problems: [] });
  });
});
