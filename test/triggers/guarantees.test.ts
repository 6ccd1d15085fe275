import { describe, expect, it } from 'vitest';
import { triggerRehearsal } from './rehearsal.js';

const parley = triggerRehearsal();

const order = { kind: 'business_event', name: 'order_placed' } as const;
const onOrder = 'when: { event: { names: [order_placed] } }';
const note = '{ id: note, do: { destination: hubspot, action: note.create, input: { text: Thanks } } }';
const enrol =
  '{ id: enrol, do: { destination: hubspot, action: workflow.enrol_direct, input: { workflow: "900002" } } }';
const list = '{ id: list, do: { destination: hubspot, action: list.add, input: { list: Buyers } } }';
/** Requests that make one, also those whose answer was lost. */
const posts = (path: string) => parley.calls(path).filter((call) => call.method === 'POST' && call.path === path);

describe('several processes at once', () => {
  it('do each run once, however often and in how many places they look', async () => {
    await parley.trigger(`{ ${onOrder}, steps: [${note}, { wait: { for: { minutes: 5 } } }, ${list}] }`);
    const people = Array.from({ length: 20 }, (_unused, index) => `p${String(index)}`);
    await Promise.all(people.map((name) => parley.say(name, order)));
    for (let round = 0; round < 2; round += 1) {
      parley.clock.forward(round === 0 ? 2_000 : 300_000);
      for (let look = 0; look < 4; look += 1)
        await Promise.all([
          parley.advance(),
          parley.advance(parley.other),
          parley.core.delivery.drain('hubspot'),
          parley.other.delivery.drain('hubspot'),
        ]);
    }
    expect((await parley.runs()).map(({ status }) => status)).toEqual(people.map(() => 'done'));
    expect(posts('/crm/v3/objects/notes')).toHaveLength(people.length);
    expect(
      await parley.rows(`SELECT origin, cause, count(*) FROM action_runs GROUP BY 1, 2 HAVING count(*) > 1`),
    ).toEqual([]);
    expect(await parley.actions()).toHaveLength(people.length * 2);
  });

  it('that send the same event at the same moment plan one run', async () => {
    await parley.trigger(`{ ${onOrder}, steps: [${list}] }`);
    const dedupe = { key: 'order-1', windowMs: null };
    await parley.say('ada');
    await Promise.all(Array.from({ length: 10 }, () => parley.say('ada', { ...order, dedupe })));
    expect(await parley.runs()).toHaveLength(1);
  });
});

describe('an action whose answer is lost', () => {
  const lose = (path: string) => parley.control('POST', 'faults', { path, drop: 'after' });

  it('is looked up where it can be, and not done twice', async () => {
    await parley.trigger(`{ ${onOrder}, steps: [${note}] }`);
    await lose('/crm/v3/objects/notes');
    await parley.say('ada', order);
    await parley.play();
    await parley.play(undefined, 600_000);
    expect(await parley.runs()).toMatchObject([{ status: 'done' }]);
    expect(await parley.actions()).toMatchObject([{ status: 'done', code: 'ALREADY' }]);
    expect(posts('/crm/v3/objects/notes')).toHaveLength(1);
  });

  it('is declared unknown where it cannot, shown to a person, and nothing is done instead of it', async () => {
    const instead = '{ do: { destination: hubspot, action: list.add, input: { list: Instead } } }';
    await parley.trigger(`{ ${onOrder}, steps: [${enrol.slice(0, -2)}, onFailure: ${instead} }] }`);
    await lose('/enrollments/');
    await parley.say('ada', order);
    await parley.play();
    await parley.play(undefined, 600_000);
    expect(await parley.runs()).toMatchObject([{ status: 'unknown', code: 'OUTCOME_UNKNOWN' }]);
    expect(await parley.actions()).toHaveLength(1);
    expect(await parley.rows(`SELECT cause FROM dead_letters`)).toEqual([{ cause: 'OUTCOME_UNKNOWN' }]);
  });

  it('is simply repeated where that has the effect of once', async () => {
    await parley.trigger(`{ ${onOrder}, steps: [${list}] }`);
    await lose('/memberships');
    await parley.say('ada', order);
    await parley.play();
    await parley.play(undefined, 600_000);
    expect(await parley.runs()).toMatchObject([{ status: 'done' }]);
  });
});

describe('a process that dies', () => {
  it('after it has begun an action leaves it to be settled by its nature, and the run goes on', async () => {
    await parley.trigger(`{ key: notes, ${onOrder}, steps: [${note}, ${list}] }`);
    await parley.say('ada', order);
    await parley.play(undefined, 0);
    await parley.advance();
    // As if it had died between the beginning of the call and its answer, the note being there already or not.
    await parley.rows(`UPDATE action_runs SET status = 'sending', sent_at = now(), due_at = $1`, [parley.clock.now()]);
    await parley.play();
    await parley.play();
    expect(await parley.runs()).toMatchObject([{ status: 'done' }]);
    expect(posts('/crm/v3/objects/notes')).toHaveLength(1);
  });
});

describe('a destination that needs a person', () => {
  it('keeps its actions waiting, and what became too late meanwhile is not done', async () => {
    await parley.trigger(`{ ${onOrder}, usefulFor: { hours: 6 }, steps: [${list}] }`);
    await parley.say('ada');
    await parley.play();
    await parley.rows(`UPDATE destination_states SET paused_reason = 'needs a person' WHERE destination = 'hubspot'`);
    await parley.say('ada', order);
    await parley.play();
    expect(await parley.runs()).toMatchObject([{ status: 'acting' }]);
    await parley.play(undefined, 7 * 3_600_000);
    await parley.rows(`UPDATE destination_states SET paused_reason = NULL`);
    await parley.play();
    expect(await parley.runs()).toMatchObject([{ status: 'held_back', code: 'TOO_LATE' }]);
  });
});
