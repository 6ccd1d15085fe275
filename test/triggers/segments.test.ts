import { describe, expect, it } from 'vitest';
import { email, incoming, subscriber } from '../support/core.js';
import { triggerRehearsal } from './rehearsal.js';

const parley = triggerRehearsal();

const vips = `
- key: vips
  title: VIPs
  rule: { version: 1, all: [{ tags: anyOf, value: [vip] }] }
`;
const list = 'do: { destination: hubspot, action: list.add, input: { list: VIPs } }';
const addToList = `
when: { segment: vips }
steps: [{ id: list, ${list} }]
`;

const listCalls = () =>
  parley
    .calls('/crm/v3/lists')
    .filter(({ path, method, status }) => method === 'PUT' && path.includes('memberships') && status === 200);
const vip = { tagsAdded: ['vip'] };

describe('entering a segment', () => {
  it('does what the trigger says, once, after the destination holds the data that caused it', async () => {
    await parley.segments(vips);
    await parley.trigger(addToList);
    await parley.say('ada', { ...vip, fields: { firstName: 'Ada' } });
    expect(await parley.runs()).toMatchObject([{ status: 'planned', step: 'list' }]);
    await parley.play();
    expect(await parley.runs()).toMatchObject([{ status: 'done', code: null }]);
    expect(await parley.actions()).toMatchObject([{ action: 'list.add', status: 'done', input: { list: 'VIPs' } }]);
    expect(await parley.steps()).toEqual([{ step: 'list', outcome: 'done', code: null }]);
    const [upsert] = parley.calls('/crm/v3/objects/contacts/batch/upsert');
    const [added] = listCalls();
    expect(upsert?.number).toBeLessThan(added?.number ?? 0);
    await parley.say('ada', vip);
    await parley.play();
    expect(listCalls()).toHaveLength(1);
  });

  it('waits as long as the destination does not take the data, and ends as a dead letter when it refuses it', async () => {
    await parley.segments(vips);
    await parley.trigger(addToList);
    await parley.control('POST', 'faults', {
      path: '/crm/v3/objects/contacts/batch/upsert',
      times: 1,
      answer: { status: 503, body: 'down' },
    });
    await parley.say('ada', vip);
    await parley.play();
    expect(listCalls()).toEqual([]);
    expect(await parley.runs()).toMatchObject([{ status: 'acting' }]);
    await parley.play(undefined, 600_000);
    expect(listCalls()).toHaveLength(1);

    await parley.say('bob', { ...vip, fields: { email: 'not an address' } });
    await parley.play();
    const [, bob] = await parley.runs();
    expect(bob).toMatchObject({ status: 'failed', code: 'SYNC_REJECTED' });
    expect(await parley.rows(`SELECT kind, cause FROM dead_letters ORDER BY kind`)).toMatchObject([
      { kind: 'action', cause: 'SYNC_REJECTED' },
      { kind: 'sync' },
    ]);
    expect(listCalls()).toHaveLength(1);
  });

  it('by a backfill causes nothing, unless the trigger asks for it', async () => {
    await parley.say('ada', vip);
    await parley
      .trigger(
        `
key: unasked
when: { segment: vips }
steps: [{ ${list} }]`,
      )
      .then(
        () => expect.unreachable(),
        (error: unknown) =>
          expect(error).toMatchObject({ detail: expect.stringContaining('no segment vips') as string }),
      );
    await parley.segments(vips);
    await parley.trigger(`{ key: unasked, when: { segment: vips }, steps: [{ ${list} }] }`);
    await parley.trigger(`{ key: asked, when: { segment: vips, includeBackfill: true }, steps: [{ ${list} }] }`);
    await parley.backfill();
    expect(await parley.runs()).toMatchObject([{ trigger: 'asked' }]);
  });
});

describe('leaving the segment', () => {
  const waiting = `
when: { segment: vips }
steps:
  - wait: { for: { hours: 24 } }
  - ${list}`;

  it('takes the person out, whatever they wait for', async () => {
    await parley.segments(vips);
    await parley.trigger(waiting);
    await parley.say('ada', vip);
    await parley.play();
    expect(await parley.runs()).toMatchObject([{ status: 'waiting', step: '1' }]);
    await parley.say('ada', { tagsRemoved: ['vip'] });
    expect(await parley.runs()).toMatchObject([{ status: 'cancelled', code: 'LEFT_SEGMENT' }]);
    await parley.play(undefined, 24 * 3_600_000);
    expect(listCalls()).toEqual([]);
  });

  it('stops also an action that is planned and not begun', async () => {
    await parley.segments(vips);
    await parley.trigger(addToList);
    await parley.say('ada', vip);
    await parley.advance();
    expect(await parley.actions()).toMatchObject([{ status: 'planned' }]);
    await parley.say('ada', { tagsRemoved: ['vip'] });
    await parley.play();
    expect(await parley.actions()).toMatchObject([{ status: 'cancelled', code: 'CANCELLED' }]);
    expect(listCalls()).toEqual([]);
  });

  it('changes nothing where the trigger goes on', async () => {
    await parley.segments(vips);
    await parley.trigger(`${waiting}\nwhenLeft: continue`);
    await parley.say('ada', vip);
    await parley.say('ada', { tagsRemoved: ['vip'] });
    await parley.play();
    await parley.play(undefined, 24 * 3_600_000);
    expect(listCalls()).toHaveLength(1);
  });

  it('can be a cause itself', async () => {
    await parley.segments(vips);
    await parley.trigger(`{ when: { segment: vips, does: leave }, steps: [{ ${list} }] }`);
    await parley.say('ada', vip);
    await parley.play();
    expect(await parley.runs()).toEqual([]);
    await parley.say('ada', { tagsRemoved: ['vip'] });
    await parley.play();
    expect(await parley.runs()).toMatchObject([{ status: 'done' }]);
  });
});

describe('coming again', () => {
  const inAndOut = async () => {
    await parley.say('ada', vip);
    await parley.play();
    await parley.say('ada', { tagsRemoved: ['vip'] });
    await parley.play();
  };
  const statuses = async () => (await parley.runs()).map(({ status }) => status);

  it('counts for each entry, once ever, or not before some days have passed', async () => {
    await parley.segments(vips);
    for (const [key, reEntry] of [
      ['always', 'always'],
      ['once', 'once'],
      ['later', '{ after: { days: 7 } }'],
    ])
      await parley.trigger(`{ key: ${key}, when: { segment: vips }, reEntry: ${reEntry}, steps: [{ ${list} }] }`);
    const counts = async () =>
      Object.fromEntries(
        Map.groupBy(await parley.runs(), ({ trigger }) => trigger)
          .entries()
          .map(([key, runs]) => [key, runs.length]),
      );
    await inAndOut();
    await inAndOut();
    expect(await counts()).toEqual({ always: 2, once: 1, later: 1 });
    parley.clock.forward(7 * 86_400_000);
    await inAndOut();
    expect(await counts()).toEqual({ always: 3, once: 1, later: 2 });
  });

  it('while an earlier run is under way is ignored, or begins anew, where the trigger says so', async () => {
    const journey = (whileInside: string) => `
when: { event: { names: [cart_updated] } }
whileInside: ${whileInside}
steps: [{ wait: { for: { hours: 1 } } }, { ${list} }]`;
    const cart = { kind: 'business_event', name: 'cart_updated' } as const;
    await parley.trigger(journey('ignore'));
    await parley.say('ada', cart);
    await parley.say('ada', cart);
    expect(await statuses()).toEqual(['planned']);
    await parley.trigger(journey('restart'));
    await parley.say('ada', cart);
    expect(await statuses()).toEqual(['cancelled', 'planned']);
    await parley.trigger(journey('parallel'));
    await parley.say('ada', cart);
    expect(await statuses()).toEqual(['cancelled', 'planned', 'planned']);
  });
});

describe('two people who turn out to be one', () => {
  it('are in a trigger once', async () => {
    await parley.segments(vips);
    await parley.trigger(`{ when: { segment: vips }, steps: [{ wait: { for: { hours: 1 } } }, { ${list} }] }`);
    await parley.say('ada', vip);
    await parley.core.submit(incoming('other', vip));
    await parley.play();
    await parley.core.submit(incoming('other', { identities: [subscriber('other'), email('ada@chat.test')] }));
    expect((await parley.runs()).map(({ status, code }) => [status, code]).sort()).toEqual([
      ['cancelled', 'MERGED'],
      ['waiting', null],
    ]);
    await parley.play(undefined, 3_600_000);
    expect(listCalls()).toHaveLength(1);
  });
});
