import { describe, expect, it } from 'vitest';
import { triggerRehearsal } from './rehearsal.js';

const parley = triggerRehearsal();

const hour = 3_600_000;
const day = 24 * hour;
const list = '{ id: list, do: { destination: hubspot, action: list.add, input: { list: People } } }';
const causes = async () => (await parley.runs()).map(({ cause }) => cause);
const statuses = async () => (await parley.runs()).map(({ status }) => status);
const order = { kind: 'business_event', name: 'order_placed' } as const;

describe('an event', () => {
  it('causes one run, filled in from what it says, and a repetition of it none', async () => {
    await parley.trigger(`
when: { event: { names: [order_placed], where: [{ property: total, operator: atLeast, value: 100 }] } }
steps:
  - id: note
    do: { destination: hubspot, action: note.create, input: { text: "{{firstName}} spent {{money event.total 'EUR'}} on {{default event.item 'something'}}" } }`);
    const dedupe = { key: 'order-1', windowMs: null };
    const said = { ...order, dedupe, properties: { total: 250 }, fields: { firstName: 'Ada' } };
    await parley.say('ada', said);
    await parley.say('ada', said);
    await parley.say('ada', { ...order, properties: { total: 50 } });
    await parley.play();
    expect(await parley.actions()).toMatchObject([
      { status: 'done', input: { text: 'Ada spent €250.00 on something' } },
    ]);
  });

  it('that happened too long ago to be useful, such as a CRM’s history, causes nothing', async () => {
    await parley.trigger(`{ when: { event: { names: [order_placed] } }, usefulFor: { days: 3 }, steps: [${list}] }`);
    const ago = (days: number) => ({ ...order, occurredAt: new Date(parley.clock.now().getTime() - days * day) });
    await parley.say('ada', ago(4));
    await parley.say('bob', ago(2));
    expect(await causes()).toHaveLength(1);
  });

  it('from a test console causes nothing', async () => {
    await parley.trigger(`{ when: { event: { names: [order_placed] } }, steps: [${list}] }`);
    await parley.say('ada', { ...order, kind: 'test' });
    expect(await causes()).toEqual([]);
  });
});

describe('a score', () => {
  const engagement = `
key: engagement
title: Engagement
definition:
  version: 1
  points: [{ events: { names: [product_viewed] }, points: 30, fades: { halfLife: { days: 1 } } }]
  levels: [{ name: hot, from: 60, until: 50 }]`;
  const viewed = { kind: 'business_event', name: 'product_viewed' } as const;

  it('that crosses a number upwards or downwards causes a run, each time', async () => {
    await parley.score(engagement);
    await parley.trigger(`{ key: up, when: { score: engagement, rises: 60 }, steps: [${list}] }`);
    await parley.trigger(`{ key: down, when: { score: engagement, falls: 60 }, steps: [${list}] }`);
    await parley.say('ada', viewed);
    expect(await causes()).toEqual([]);
    await parley.say('ada', viewed);
    await parley.say('ada', viewed);
    expect((await parley.runs()).map(({ trigger }) => trigger)).toEqual(['up']);
    await parley.play(undefined, 2 * day);
    expect((await parley.runs()).map(({ trigger }) => trigger)).toEqual(['up', 'down']);
  });

  it('keeps its level until it is left, so a trigger on the level does not flutter', async () => {
    await parley.score(engagement);
    await parley.trigger(`{ when: { score: engagement, level: hot }, steps: [${list}] }`);
    await parley.say('ada', viewed);
    await parley.say('ada', viewed);
    await parley.play(undefined, 5 * hour);
    await parley.say('ada', viewed);
    expect(await causes()).toHaveLength(1);
    await parley.play(undefined, 3 * day);
    await parley.say('ada', viewed);
    await parley.say('ada', viewed);
    expect(await causes()).toHaveLength(2);
  });

  it('that is counted anew because its definition changed causes nothing', async () => {
    await parley.trigger(`{ key: later, when: { event: { names: [never] } }, steps: [${list}] }`);
    await parley.score(engagement.replace('points: 30', 'points: 5'));
    await parley.trigger(`{ when: { score: engagement, rises: 60 }, steps: [${list}] }`);
    await parley.say('ada', viewed);
    await parley.say('ada', viewed);
    await parley.score(engagement.replace('points: 30', 'points: 100'));
    await parley.play();
    expect(await causes()).toEqual([]);
    expect(await parley.rows(`SELECT attributes ->> 'engagement' AS points FROM profiles`)).toEqual([
      { points: '100' },
    ]);
  });
});

describe('a date', () => {
  const renewal = (more = '') =>
    `{ when: { date: renewalDate, before: { days: 3 }, at: "09:00" ${more} }, steps: [${list}] }`;
  const inDays = (days: number): string =>
    new Date(parley.clock.now().getTime() + days * day).toISOString().slice(0, 10);
  const tell = (name: string, value: string) =>
    parley.say(name, { attributes: [{ key: 'renewalDate', label: 'Renewal', type: 'date', value }] });

  it('that comes near causes a run at its moment, and at the new one when it is moved', async () => {
    await parley.trigger(renewal());
    await tell('ada', inDays(10));
    await tell('ada', inDays(20));
    const due = `${inDays(17)}T09:00:00.000Z`;
    expect(await parley.rows(`SELECT due_at FROM trigger_dates`)).toEqual([{ due_at: new Date(due) }]);
    await parley.play(undefined, Date.parse(due) - parley.clock.now().getTime() - 1_000);
    expect(await causes()).toEqual([]);
    await parley.play(undefined, 1_000);
    expect(await causes()).toEqual([`date/${inDays(3)}`]);
    await parley.play();
    expect(await statuses()).toEqual(['done']);
  });

  it('that is told late counts as long as it is useful', async () => {
    await parley.trigger(renewal());
    await tell('ada', inDays(1));
    await tell('bob', inDays(-5));
    await parley.play();
    expect(await causes()).toEqual([`date/${inDays(1)}`]);
  });

  it('comes again each year where it is to', async () => {
    await parley.trigger(`{ when: { date: birthday, yearly: true }, timeZone: person, steps: [${list}] }`);
    const said = { attributes: [{ key: 'birthday', label: 'Birthday', type: 'date', value: '1990-06-15' }] } as const;
    await parley.say('ada', { ...said, fields: { timezone: 'Europe/Madrid' } });
    for (let year = 0; year < 2; year += 1) {
      const [row] = await parley.rows<{ due_at: Date }>(`SELECT due_at FROM trigger_dates`);
      expect(row?.due_at.toISOString()).toMatch(/-06-15T07:00:00/);
      await parley.play(undefined, (row?.due_at.getTime() ?? 0) - parley.clock.now().getTime());
    }
    expect(await causes()).toHaveLength(2);
  });

  it('is worked out for everybody when the trigger is new, but for what lies in the past', async () => {
    await tell('ada', inDays(10));
    await tell('bob', inDays(2));
    await parley.trigger(renewal());
    await parley.play();
    expect(await parley.rows(`SELECT value FROM trigger_dates`)).toEqual([{ value: inDays(10) }]);
    expect(await causes()).toEqual([]);
    expect(await parley.rows(`SELECT due_at, done, finished_at IS NOT NULL AS finished FROM trigger_rounds`)).toEqual([
      { due_at: null, done: '2', finished: true },
    ]);
  });
});

describe('a schedule', () => {
  it('causes a run for everybody who is in its segment then, once each time', async () => {
    await parley.segments(`
- key: fans
  title: Fans
  rule: { version: 1, all: [{ tags: anyOf, value: [fan] }] }`);
    await parley.trigger(`
when: { schedule: { on: [monday], at: "09:00" }, segment: fans }
timeZone: Europe/Madrid
steps: [${list}]`);
    for (const name of ['ada', 'bob', 'eve']) await parley.say(name, { tagsAdded: name === 'eve' ? [] : ['fan'] });
    const [round] = await parley.rows<{ due_at: Date }>(`SELECT due_at FROM trigger_rounds`);
    const dueMs = round?.due_at.getTime() ?? 0;
    await parley.play(undefined, dueMs - parley.clock.now().getTime() - 1_000);
    expect(await causes()).toEqual([]);
    await parley.play(undefined, 1_000);
    expect(await causes()).toEqual([
      `schedule/${new Date(dueMs).toISOString()}`,
      `schedule/${new Date(dueMs).toISOString()}`,
    ]);
    await parley.play();
    expect(await statuses()).toEqual(['done', 'done']);
    const [next] = await parley.rows<{ due_at: Date }>(`SELECT due_at FROM trigger_rounds`);
    expect((next?.due_at.getTime() ?? 0) - dueMs).toBeGreaterThan(6 * day);
  });

  it('that was missed is made up for once, and not at all when that would be too late', async () => {
    await parley.segments(`
- key: fans
  title: Fans
  rule: { version: 1, all: [{ tags: anyOf, value: [fan] }] }`);
    await parley.trigger(
      `{ when: { schedule: { at: "09:00" }, segment: fans }, usefulFor: { hours: 12 }, steps: [${list}] }`,
    );
    await parley.say('ada', { tagsAdded: ['fan'] });
    const [round] = await parley.rows<{ due_at: Date }>(`SELECT due_at FROM trigger_rounds`);
    await parley.play(undefined, (round?.due_at.getTime() ?? 0) - parley.clock.now().getTime() + 2 * day + 13 * hour);
    expect(await causes()).toEqual([]);
    await parley.play(undefined, 20 * hour);
    expect(await causes()).toHaveLength(1);
  });
});

describe('a person who belongs to the holdout', () => {
  it('gets nothing, is always the same, and is counted', async () => {
    await parley.trigger(`{ when: { event: { names: [order_placed] } }, holdout: 50, steps: [${list}] }`);
    const names = Array.from({ length: 16 }, (_unused, index) => `p${String(index)}`);
    for (const name of [...names, ...names]) await parley.say(name, order);
    await parley.play();
    const byPerson = Map.groupBy(await parley.runs(), ({ profile_id: id }) => id);
    const kinds = [...byPerson.values()].map((runs) => [...new Set(runs.map(({ status }) => status))]);
    expect(kinds.every((kind) => kind.length === 1)).toBe(true);
    expect(new Set(kinds.flat())).toEqual(new Set(['done', 'held_out']));
    const done = (await parley.actions()).length;
    expect(done).toBe(kinds.filter(([kind]) => kind === 'done').length * 2);
  });
});
