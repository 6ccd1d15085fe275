import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createManychatEmulator, sandboxApiKey } from '../../src/sandbox/manychat/index.js';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/sandbox-server.js';
import { SegmentDirectory } from '../../src/segments/segment-directory.service.js';
import { segmentInput } from '../../src/segments/segment-input.js';
import { Segments } from '../../src/segments/segments.service.js';
import type { IncomingEvent } from '../../src/events/incoming-event.js';
import { manychat } from '../../src/sources/platforms/manychat/manychat.js';
import { requestWith, sourceOf } from '../../src/sources/test-support.js';
import { testDatabase } from '../support/database.js';
import { type Core, incoming, startCore, TestClock } from '../support/core.js';

const database = testDatabase();
const clock = new TestClock();
const running: { core?: Core; sandbox?: RunningSandbox } = {};

/** ManyChat is both: the source `bot`, and the destination `back` that writes to the same contacts. */
beforeAll(async () => {
  const core = (running.core = await startCore(database.url, clock));
  const sandbox = (running.sandbox = await startSandbox(createManychatEmulator, { port: 0 }));
  await core.connect({
    key: 'back',
    provider: 'manychat',
    title: 'ManyChat',
    settings: { apiKey: sandboxApiKey, baseUrl: sandbox.origin },
    mapping: {
      object: 'contact',
      key: { from: { identity: 'bot/contact' }, to: 'id' },
      fields: [
        { from: 'plan', to: 'Plan' },
        { from: 'lastOrderAt', to: 'Birthday', as: 'date' },
        { from: { segments: 'all' }, to: 'Segments', as: 'string' },
      ],
      tags: { to: 'tags', segments: 'all' },
      create: { options: true },
    },
  });
  const rule = { version: 1, all: [{ attribute: 'plan', operator: 'equals', value: 'pro' }] };
  const pro = segmentInput.parse({ key: 'pro-users', title: 'Pro', rule });
  await database.dataSource.transaction((manager) => core.get(Segments).save(manager, [pro], 'api'));
  await core.get(SegmentDirectory).onModuleInit();
});
afterAll(async () => {
  await running.core?.close();
  await running.sandbox?.close();
});

const { core, sandbox } = {
  core: (): Core => running.core!,
  sandbox: (): RunningSandbox => running.sandbox!,
};

/** Delivers what is due, and says how many calls that took. */
async function drain(): Promise<number> {
  clock.forward(11_000);
  const before = sandbox().journal.count;
  await core().delivery.drain('back');
  return sandbox().journal.count - before;
}

const source = { ...sourceOf(manychat), key: 'bot' };

/** A flow calls: whatever it is sent becomes events as it would by the webhook. */
async function flowCalls(body: object): Promise<void> {
  clock.forward(61_000);
  const events = manychat.parse(requestWith(body), source);
  await core().submit(...events);
}

const infoSchema = z.object({
  data: z.looseObject({
    custom_fields: z.array(z.looseObject({ name: z.string(), value: z.json() })),
    tags: z.array(z.object({ name: z.string() })),
  }),
});

/** The contact as ManyChat holds it now, fields and tags. */
async function contactIn(id: string) {
  const answer = await fetch(`${sandbox().origin}/fb/subscriber/getInfo?subscriber_id=${id}`, {
    headers: { authorization: `Bearer ${sandboxApiKey}` },
  });
  return infoSchema.parse(await answer.json()).data;
}

/** The same as a flow's Full Contact Data: captions with values; the author adds the tags. */
async function fullContact(id: string): Promise<object> {
  const { custom_fields: fields, tags } = await contactIn(id);
  return {
    data: { key: `user:${id}`, id, custom_fields: Object.fromEntries(fields.map(({ name, value }) => [name, value])) },
    tags: tags.map(({ name }) => name),
  };
}

const tagsOf = async (id: string) => (await contactIn(id)).tags.map(({ name }) => name);

async function profileOf(id: string) {
  const [row] = await database.dataSource.query<
    { attributes: Record<string, unknown>; tags: string[]; version: number; provenance: Record<string, [string]> }[]
  >(
    `SELECT attributes, tags, version, attribute_provenance AS provenance FROM profiles
     JOIN identities i ON i.profile_id = profiles.id WHERE i.value = $1`,
    [id],
  );
  return row!;
}

const edit = (id: string, attributes: IncomingEvent['attributes']) =>
  core().submit(incoming(id, { kind: 'edit', name: 'edit', attributes }));
const plan = (value: string) => ({ key: 'plan', label: 'plan', type: 'string', value }) as const;

describe('what we wrote to a chatbot and what the chatbot then says', () => {
  it.each([
    ['as Full Contact Data', fullContact],
    ['as the answer of its API', contactIn],
  ])('goes no second time round %s, however often the flow calls', async (how, body) => {
    const id = how === 'as Full Contact Data' ? '77001' : '77002';
    const order = {
      key: 'lastOrderAt',
      label: 'Last order',
      type: 'datetime',
      value: '2026-03-02T09:10:11.000Z',
    } as const;
    await edit(id, [plan('pro'), order]);
    expect(await drain()).toBeGreaterThan(0);
    expect(await tagsOf(id)).toEqual(['pro-users']);
    const before = await profileOf(id);

    for (let round = 0; round < 5; round += 1) {
      await flowCalls(await body(id));
      expect(await drain()).toBe(0);
    }
    const after = await profileOf(id);
    expect(after.attributes).toMatchObject({ plan: 'pro', lastOrderAt: '2026-03-02T09:10:11.000Z' });
    expect(after).toMatchObject({ tags: [] });
    expect(after.attributes).not.toHaveProperty('segments');
    expect(after.provenance.plan).toEqual(before.provenance.plan);
  });

  it('is no news either while the delivery that wrote it is still under way: the tag may start the flow', async () => {
    const id = '77008';
    await edit(id, [plan('pro')]);
    await flowCalls({ data: { key: `user:${id}`, id, custom_fields: { Segments: 'pro-users' } }, tags: 'pro-users' });
    expect(await profileOf(id)).toMatchObject({ attributes: { plan: 'pro' }, tags: [] });
    expect((await profileOf(id)).attributes).not.toHaveProperty('segments');
  });

  it('lets a tag go when its segment is left, though the chatbot has said meanwhile that the contact has it', async () => {
    const id = '77003';
    await edit(id, [plan('pro')]);
    await drain();
    await flowCalls(await fullContact(id));
    await edit(id, [plan('free')]);
    await drain();
    expect(await tagsOf(id)).toEqual([]);
    expect((await profileOf(id)).tags).toEqual([]);
  });

  it('does not undo what was changed elsewhere since, where the chatbot has not heard of it yet', async () => {
    const id = '77004';
    await edit(id, [plan('pro')]);
    await drain();
    const stale = await fullContact(id);
    await edit(id, [plan('free')]);
    await flowCalls(stale);
    expect((await profileOf(id)).attributes).toMatchObject({ plan: 'free' });
    const [event] = await database.dataSource.query<{ notes: string[] }[]>(
      `SELECT data->'notes' AS notes FROM events WHERE source = 'bot' AND kind = 'contact_snapshot' ORDER BY id DESC LIMIT 1`,
    );
    expect(event?.notes).toContainEqual(expect.stringContaining('"Plan"'));
    await drain();
    expect((await contactIn(id)).custom_fields).toContainEqual(
      expect.objectContaining({ name: 'Plan', value: 'free' }),
    );
  });

  it('counts when the contact says something else', async () => {
    const id = '77005';
    await edit(id, [plan('pro')]);
    await drain();
    const { data, tags } = (await fullContact(id)) as { data: { custom_fields: object }; tags: string[] };
    await flowCalls({
      data: { ...data, custom_fields: { ...data.custom_fields, Plan: 'team' } },
      tags: [...tags, 'asked'],
    });
    expect(await profileOf(id)).toMatchObject({ attributes: { plan: 'team' }, tags: ['asked'] });
    await drain();
    expect(await tagsOf(id)).toEqual(['asked']);
  });

  it('is no secret of another contact: the same words of somebody else are news', async () => {
    await edit('77006', [plan('pro')]);
    await drain();
    await flowCalls({ data: { key: 'user:77007', id: '77007', custom_fields: { Plan: 'pro' } }, tags: 'pro-users' });
    expect(await profileOf('77007')).toMatchObject({ attributes: { plan: 'pro' }, tags: ['pro-users'] });
  });
});
