import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Pipeline } from '../../src/pipeline/pipeline.service.js';
import { Provisioner } from '../../src/provisioning/provisioner.service.js';
import { configurationFile } from '../../src/provisioning/configuration-schema.js';
import { incoming } from '../support/core.js';
import { testDatabase } from '../support/database.js';
import { type ParleyHere, startParleyHere } from '../support/parley.js';

const database = testDatabase();
let parley: ParleyHere;
const ask = (method: string, path: string, body?: unknown) => parley.ask(method, `/api/${path}`, body);
const read = async (path: string) => (await ask('GET', path)).body;

/** What a person says, through the pipeline; answers with the segments they are in then. */
const say = async (
  name: string,
  budget: number,
  more: object = {},
): Promise<{ id: string; segments: readonly string[] }> => {
  const attributes = [{ key: 'budget', label: 'Budget', type: 'number', value: budget }] as const;
  const decision = await parley
    .get(Pipeline)
    .submit({ source: 'bot', raw: '{}', incoming: incoming(name, { attributes, ...more }) });
  return { id: decision.profileId, segments: decision.segments };
};

const atLeast = (value: number) => ({ version: 1, all: [{ attribute: 'budget', operator: 'atLeast', value }] });
const backfillOf = z.object({ backfill: z.object({ state: z.string() }) });
const isBrought = (key: string) =>
  expect
    .poll(async () => backfillOf.parse(await read(`segments/${key}`)).backfill.state, { timeout: 20_000 })
    .toBe('done');

beforeAll(async () => {
  parley = await startParleyHere(database.url, { ROLE: 'all' });
});
afterAll(() => parley.close());

describe('a segment in the API', () => {
  it('is tried out, saved, brought to everybody, and can be asked about', async () => {
    const ada = await say('ada', 900, { tagsAdded: ['lead'] });
    await say('eve', 10);
    const tried = await ask('POST', 'segments/preview', { rule: atLeast(500) });
    expect(tried).toMatchObject({
      status: 200,
      body: {
        count: 1,
        sample: [{ profileId: ada.id }],
        inWords: 'all of these:\n  - Budget is at least 500',
        problems: [],
      },
    });
    expect(await read('segments')).toEqual({ items: [] });
    const saved = await ask('PUT', 'segments/rich', { title: 'Rich', rule: atLeast(500) });
    expect(saved).toMatchObject({ status: 200, body: { key: 'rich', version: 1, backfill: { state: 'waiting' } } });
    await isBrought('rich');
    expect(await read('segments/rich')).toMatchObject({ members: 1, backfill: { entered: 1, total: 2, done: 2 } });
    expect(await read('segments/rich/members')).toMatchObject({
      items: [{ profileId: ada.id, enteredBy: 'backfill', attributes: { budget: 900 } }],
      next: null,
    });
    const csv = String((await ask('GET', 'segments/rich/members.csv')).body).split('\n');
    expect(csv).toHaveLength(3);
    expect(csv[1]).toContain(ada.id);
    expect(await read(`segments/rich/explain/${ada.id}`)).toMatchObject({
      isIn: true,
      answer: true,
      parts: [{ text: 'Budget is at least 500', actual: 900, answer: true, decides: true }],
    });
  });

  it('tells who entered and left it, the newest first, page by page', async () => {
    const people = [];
    for (const name of ['p1', 'p2', 'p3']) people.push(await say(name, 800));
    await say('p2', 5);
    const ids = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: unknown = await read(
        `segments/rich/history?limit=1${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      const { items, next } = z
        .object({
          items: z.array(z.object({ profileId: z.string(), enteredBy: z.string() })),
          next: z.string().nullable(),
        })
        .parse(page);
      ids.push(...items.map(({ profileId }) => profileId));
      cursor = next;
    }
    expect(ids.slice(0, 3).sort()).toEqual(people.map(({ id }) => id).sort());
    expect(ids).toHaveLength(4);
    expect(await read('segments/rich/history?what=left')).toMatchObject({
      items: [{ profileId: people[1]?.id, leftBy: 'event', enteredBy: 'event' }],
      next: null,
    });
    expect(await read(`profiles/${people[1]?.id ?? ''}/segments`)).toMatchObject({ items: [{ segment: 'rich' }] });
  });

  it('may be written and read as a form builder holds it', async () => {
    const rule = z.object({ builder: z.unknown() }).parse(await read('segments/rich'));
    expect(rule.builder).toEqual({
      query: { combinator: 'and', rules: [{ field: 'attribute.budget', operator: 'atLeast', value: 500 }] },
    });
    const query = {
      combinator: 'or',
      not: true,
      rules: [{ id: 'r1', field: 'attribute.budget', operator: 'lessThan', value: 100 }],
    };
    expect(await ask('PUT', 'segments/not-poor', { title: 'Not poor', builder: { query } })).toMatchObject({
      status: 200,
      body: { rule: { version: 1, none: [{ attribute: 'budget', operator: 'lessThan', value: 100 }] } },
    });
    expect(await ask('POST', 'segments/preview', { builder: { query } })).toMatchObject({ status: 200 });
    const wrong = { combinator: 'and', rules: [{ field: 'attribute.budget', operator: 'is about', value: 5 }] };
    expect(await ask('POST', 'segments/preview', { builder: { query: wrong } })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/all/0/operator' }] },
    });
  });

  it('says what keeps a rule from being saved before somebody tries to', async () => {
    const odd = {
      version: 1,
      all: [
        { attribute: 'budget', operator: 'contains', value: '5' },
        { segment: 'nowhere', operator: 'in' },
      ],
    };
    expect((await ask('POST', 'segments/preview', { rule: odd })).body).toMatchObject({
      count: 0,
      problems: [{ path: 'all.0' }, { path: 'all.1', message: 'there is no segment nowhere' }],
    });
    expect(await ask('PUT', 'segments/odd', { title: 'Odd', rule: odd })).toMatchObject({ status: 422 });
  });

  it('previews the top few percent also where nobody has found their threshold yet', async () => {
    const top = { version: 1, all: [{ percentile: 'top', percent: 20, attribute: 'budget' }] };
    const { count } = z
      .object({ count: z.number() })
      .parse((await ask('POST', 'segments/preview', { rule: top })).body);
    expect(count).toBe(1);
  });

  it('is tried on the days that have passed', async () => {
    const { body } = await ask('POST', 'segments/backtest', { rule: atLeast(500), days: 3 });
    const { days } = z.object({ days: z.array(z.object({ members: z.number(), entered: z.number() })) }).parse(body);
    expect(days.map(({ members }) => members)).toEqual([0, 0, 3]);
    expect(days.map(({ entered }) => entered)).toEqual([0, 0, 3]);
  });

  it('can be built from what there is', async () => {
    expect(await read('segment-fields')).toMatchObject({
      attributes: [
        {
          key: 'budget',
          label: 'Budget',
          type: 'number',
          operators: expect.arrayContaining(['atLeast', 'between']) as unknown,
        },
      ],
      segments: [{ key: 'not-poor' }, { key: 'rich' }],
      tags: ['lead'],
      events: ['message'],
      channels: ['web'],
      sources: ['bot'],
    });
    const templates = z
      .object({ items: z.array(z.object({ key: z.string(), rule: z.unknown() })) })
      .parse(await read('segment-templates'));
    const [first] = templates.items;
    expect(await ask('PUT', `segments/${first?.key ?? ''}`, { title: 'As it is', rule: first?.rule })).toMatchObject({
      status: 200,
    });
  });

  it('can be stopped on its way to everybody, and goes on', async () => {
    await ask('PUT', 'segments/slow', { title: 'Slow', rule: atLeast(1) });
    expect(await ask('POST', 'segments/slow/backfill/stop')).toMatchObject({ status: 204 });
    expect(await read('segments/slow')).toMatchObject({ backfill: { state: 'stopped' } });
    expect(await ask('POST', 'segments/slow/backfill/stop')).toMatchObject({ status: 409 });
    expect(await ask('POST', 'segments/slow/backfill/resume')).toMatchObject({ status: 204 });
    await isBrought('slow');
  });

  it('is deleted', async () => {
    expect(await ask('DELETE', 'segments/slow')).toMatchObject({ status: 204 });
    expect(await ask('GET', 'segments/slow')).toMatchObject({ status: 404 });
    expect((await say('ada', 900)).segments).not.toContain('slow');
  });

  it('stands in the description of the API', async () => {
    const description = z
      .object({ paths: z.record(z.string(), z.unknown()) })
      .parse((await parley.ask('GET', '/docs/openapi.json')).body);
    expect(Object.keys(description.paths)).toEqual(
      expect.arrayContaining([
        '/api/segments/preview',
        '/api/segments/{key}/history',
        '/api/segment-fields',
        '/api/score-templates',
        '/api/profiles/{id}/scores',
      ]),
    );
  });
});

describe('a score in the API', () => {
  it('is made, counted for everybody, and explained', async () => {
    const { id } = await say('ada', 900);
    const definition = {
      version: 1,
      points: [
        { events: { kinds: ['message_in'] }, points: 4, atMost: 10 },
        { when: { tags: 'anyOf', value: ['lead'] }, points: 30 },
      ],
      levels: [{ name: 'warm', from: 30, until: 20 }],
    };
    expect(await ask('PUT', 'scores/interest', { title: 'Interest', definition })).toMatchObject({ status: 200 });
    await expect
      .poll(() => read('scores/interest'), { timeout: 20_000 })
      .toMatchObject({
        countedForEverybody: true,
        waiting: 0,
        attributes: [{ key: 'interest' }, { key: 'interestLevel' }],
      });
    expect(await read(`profiles/${id}/scores`)).toMatchObject({
      items: [
        {
          key: 'interest',
          points: 40,
          level: 'warm',
          lines: [
            { text: '4 points for each event of the kind message_in, at most 10 together', points: 10 },
            { text: '30 points while has the tag "lead"', points: 30 },
          ],
        },
      ],
    });
    expect(await read(`profiles/${id}`)).toMatchObject({
      attributes: { interest: { value: 40 }, interestLevel: { value: 'warm' } },
    });
  });

  it('may be one of those that are ready-made', async () => {
    const { items } = z
      .object({ items: z.array(z.object({ key: z.string(), title: z.string(), definition: z.unknown() })) })
      .parse(await read('score-templates'));
    expect(items.map(({ key }) => key)).toEqual(['engagement', 'rfm']);
    for (const { key, ...said } of items)
      expect(await ask('PUT', `scores/${key}`, said)).toMatchObject({ status: 200 });
    await expect.poll(() => read('scores/rfm'), { timeout: 20_000 }).toMatchObject({ lastRun: { customers: 0 } });
    expect(
      await ask('PUT', 'scores/rfm', { title: 'RFM', definition: { version: 1, rfm: { every: { minutes: 5 } } } }),
    ).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/definition/rfm/every' }] },
    });
  });
});

describe('segments and scores in files', () => {
  const file = (content: object) => parley.get(Provisioner).apply(configurationFile.parse(content));

  it('are made by the file, can be changed only there, and are switched off when it no longer names them', async () => {
    const segments = [{ key: 'from-file', title: 'From a file', rule: atLeast(100) }];
    const scores = [{ key: 'filed', title: 'Filed', definition: { version: 1, points: [{ events: {}, points: 1 }] } }];
    await file({ segments, scores });
    expect(await read('segments/from-file')).toMatchObject({ provisioned: true, enabled: true });
    expect(await ask('PUT', 'segments/from-file', { title: 'x', rule: atLeast(1) })).toMatchObject({ status: 409 });
    expect(await ask('DELETE', 'scores/filed')).toMatchObject({ status: 409 });
    await file({});
    expect(await read('segments/from-file')).toMatchObject({ provisioned: false, enabled: false });
    expect(await read('scores/filed')).toMatchObject({ provisioned: false, enabled: false });
  });
});
