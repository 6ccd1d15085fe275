import { describe, expect, it } from 'vitest';
import { triggerRehearsal } from './rehearsal.js';

const parley = triggerRehearsal();

const hour = 3_600_000;
const day = 24 * hour;
const add = (list: string, id = list.toLowerCase()) =>
  `{ id: ${id}, do: { destination: hubspot, action: list.add, input: { list: ${list} } } }`;
const cart = { kind: 'business_event', name: 'cart_updated' } as const;
const order = { kind: 'business_event', name: 'order_placed' } as const;
const onCart = 'when: { event: { names: [cart_updated] } }';
const done = async () => (await parley.actions()).filter(({ status }) => status === 'done').map(({ input }) => input);
const statuses = async () => (await parley.runs()).map(({ status }) => status);

describe('a wait', () => {
  it('is exact to the second, counted from the moment that the step before it was due', async () => {
    await parley.trigger(`
${onCart}
steps:
  - ${add('First')}
  - { id: pause, wait: { for: { hours: 24 } } }
  - ${add('Second')}`);
    await parley.say('ada', cart);
    await parley.play();
    const [waiting] = await parley.runs();
    expect(waiting).toMatchObject({ status: 'waiting', step: 'pause' });
    const sent = parley.clock.now().getTime();
    expect(waiting?.due_at?.getTime()).toBe(sent + day);
    await parley.play(undefined, day - 1_000);
    expect(await done()).toEqual([{ list: 'First' }]);
    await parley.play(undefined, 1_000);
    expect(await done()).toEqual([{ list: 'First' }, { list: 'Second' }]);
  });

  it('until a time of day goes by the clock of the trigger', async () => {
    await parley.trigger(`
${onCart}
timeZone: Europe/Madrid
steps:
  - { id: morning, wait: { until: { time: "09:00", on: [monday] } } }
  - ${add('Monday')}`);
    await parley.say('ada', cart);
    await parley.play();
    const [run] = await parley.runs();
    expect(run?.due_at?.toISOString().slice(10)).toBe('T08:00:00.000Z');
    expect(run?.due_at?.getUTCDay()).toBe(1);
  });

  it('until a date of the person follows the date when it is moved, and says so when there is none', async () => {
    await parley.trigger(`
${onCart}
steps:
  - { id: before, wait: { until: { attribute: appointmentAt, before: { hours: 2 } } } }
  - ${add('Reminder')}`);
    const at = (value: string) =>
      ({ ...cart, attributes: [{ key: 'appointmentAt', label: 'Appointment', type: 'datetime', value }] }) as const;
    await parley.say('ada', at('2026-12-24T15:00:00.000Z'));
    await parley.play();
    expect((await parley.runs())[0]?.due_at?.toISOString()).toBe('2026-12-24T13:00:00.000Z');
    await parley.say('ada', { attributes: at('2026-12-25T15:00:00.000Z').attributes });
    await parley.play();
    expect((await parley.runs())[0]?.due_at?.toISOString()).toBe('2026-12-25T13:00:00.000Z');
    await parley.say('bob', cart);
    await parley.play();
    expect((await parley.runs())[1]).toMatchObject({ status: 'held_back', code: 'NO_DATE' });
  });

  it('for an event goes one way when it comes and another when it does not', async () => {
    await parley.trigger(`
${onCart}
steps:
  - id: order
    wait: { until: { event: { names: [order_placed], where: [{ property: total, operator: atLeast, value: 10 }] } }, atMost: { hours: 24 } }
    came: [${add('Bought')}]
    timedOut: [${add('Forgot')}]
  - ${add('All')}`);
    await parley.say('ada', cart);
    await parley.say('bob', cart);
    await parley.play();
    await parley.say('ada', { ...order, properties: { total: 5 } });
    await parley.play();
    expect(await statuses()).toEqual(['waiting', 'waiting']);
    await parley.say('ada', { ...order, properties: { total: 50 } });
    await parley.play();
    expect(await done()).toEqual([{ list: 'Bought' }, { list: 'All' }]);
    await parley.play(undefined, day);
    expect(await done()).toEqual([{ list: 'Bought' }, { list: 'All' }, { list: 'Forgot' }, { list: 'All' }]);
    expect((await parley.steps()).filter(({ step }) => step === 'order').map(({ outcome }) => outcome)).toEqual([
      'came',
      'timed out',
    ]);
  });

  it('for an event hears also one that comes in the very transaction in which another run begins', async () => {
    await parley.trigger(`
${onCart}
steps:
  - { id: order, wait: { until: { event: { names: [order_placed] } }, atMost: { hours: 24 } }, timedOut: [{ exit: nothing came }] }
  - ${add('Bought')}`);
    await parley.say('ada', cart);
    await parley.advance();
    await Promise.all([parley.say('ada', order), parley.advance(), parley.say('ada', cart), parley.say('ada', order)]);
    await parley.play();
    expect(await statuses()).toEqual(['done', 'done']);
  });

  it('for a rule ends when it comes true, also by the clock alone', async () => {
    await parley.trigger(`
${onCart}
steps:
  - id: silence
    wait: { until: { rule: { all: [{ events: { names: [cart_updated] }, within: { last: { hours: 6 } }, measure: count, operator: equals, value: 0 }] } }, atMost: { days: 5 } }
  - ${add('Quiet')}`);
    await parley.say('ada', cart);
    await parley.play();
    await parley.play(undefined, 6 * hour - 4_000);
    expect(await done()).toEqual([]);
    await parley.play(undefined, 4_000);
    expect(await done()).toEqual([{ list: 'Quiet' }]);
  });
});

describe('a journey', () => {
  it('branches by rule and splits by percentage, always the same way for the same person', async () => {
    await parley.trigger(`
${onCart}
steps:
  - id: where
    branch:
      - if: { all: [{ attribute: country, operator: equals, value: ES }] }
        steps: [${add('Spain')}]
    otherwise: [${add('Elsewhere')}]
  - id: halves
    split:
      - { name: one, percent: 50, steps: [${add('One')}] }
      - { name: other, percent: 50, steps: [${add('Other')}] }`);
    for (let person = 0; person < 12; person += 1)
      await parley.say(`p${String(person)}`, { ...cart, fields: { country: person < 6 ? 'ES' : 'FR' } });
    await parley.play();
    const lists = (await done()).map((input) => (input as { list: string }).list);
    expect(lists.filter((list) => list === 'Spain')).toHaveLength(6);
    expect(lists.filter((list) => list === 'Elsewhere')).toHaveLength(6);
    const [one, other] = ['One', 'Other'].map((name) => lists.filter((list) => list === name).length);
    expect((one ?? 0) + (other ?? 0)).toBe(12);
    expect(one).toBeGreaterThan(0);
    expect(other).toBeGreaterThan(0);
  });

  it('is left when its exit comes true, and what is planned is not done any more', async () => {
    await parley.trigger(`
${onCart}
exitWhen: [{ event: { names: [order_placed] } }, { rule: { all: [{ tags: anyOf, value: [no-mail] }] } }]
steps:
  - { wait: { for: { hours: 24 } } }
  - ${add('Reminder')}`);
    for (const name of ['ada', 'bob', 'eve']) await parley.say(name, cart);
    await parley.play();
    await parley.say('ada', order);
    await parley.say('bob', { tagsAdded: ['no-mail'] });
    await parley.play();
    expect((await parley.runs()).map(({ status, code }) => [status, code])).toEqual([
      ['exited', 'EXIT'],
      ['exited', 'EXIT'],
      ['waiting', null],
    ]);
    await parley.play(undefined, day);
    expect(await done()).toEqual([{ list: 'Reminder' }]);
  });

  it('that is left while an action waits for its sync never acts', async () => {
    await parley.trigger(`
${onCart}
exitWhen: [{ event: { names: [order_placed] } }]
steps: [${add('Reminder')}]`);
    await parley.say('ada', cart);
    await parley.advance();
    expect(await statuses()).toEqual(['acting']);
    await parley.say('ada', order);
    await parley.play();
    expect(await statuses()).toEqual(['exited']);
    expect(await parley.actions()).toMatchObject([{ status: 'cancelled', code: 'EXITED' }]);
  });

  it('looks at its condition when it begins and again before it acts', async () => {
    await parley.trigger(`
${onCart}
if: { none: [{ tags: anyOf, value: [no-mail] }] }
steps: [{ wait: { for: { hours: 1 } } }, ${add('Reminder')}]`);
    await parley.say('ada', { ...cart, tagsAdded: ['no-mail'] });
    await parley.say('bob', cart);
    await parley.play();
    expect((await parley.runs()).map(({ status, code }) => [status, code])).toEqual([
      ['held_back', 'IF_NOT_MET'],
      ['waiting', null],
    ]);
    await parley.say('bob', { tagsAdded: ['no-mail'] });
    await parley.play(undefined, hour);
    expect((await parley.runs())[1]).toMatchObject({ status: 'held_back', code: 'IF_NOT_MET' });
    expect(await done()).toEqual([]);
  });

  it('goes on, ends, or does something else when an action is refused', async () => {
    const bad =
      '{ id: bad, do: { destination: hubspot, action: workflow.enrol_direct, input: { workflow: "999" } }, onFailure: ';
    for (const [key, policy] of [
      ['stop', 'stop'],
      ['on', 'continue'],
      ['else', '{ do: { destination: hubspot, action: list.add, input: { list: Instead } } }'],
    ] as const)
      await parley.trigger(
        `{ key: ${key}, ${onCart}, steps: [${bad}${policy} }, ${add(key === 'on' ? 'On' : 'Else')}] }`,
      );
    await parley.say('ada', cart);
    await parley.play();
    const byTrigger = Object.fromEntries((await parley.runs()).map(({ trigger, status }) => [trigger, status]));
    expect(byTrigger).toEqual({ stop: 'failed', on: 'done', else: 'done' });
    expect((await done()).map((input) => (input as { list: string }).list).sort()).toEqual(['Else', 'Instead', 'On']);
  });

  it('goes on from a failed action when a person has put that to work again and it is done', async () => {
    await parley.trigger(`{ ${onCart}, steps: [${add('First')}, ${add('Second')}] }`);
    await parley.control('POST', 'faults', {
      path: '/crm/v3/lists',
      times: 1,
      answer: { status: 400, body: { status: 'error', message: 'No.', category: 'VALIDATION_ERROR' } },
    });
    await parley.say('ada', cart);
    await parley.play();
    expect(await statuses()).toEqual(['failed']);
    await parley.replayActions();
    await parley.play();
    expect(await statuses()).toEqual(['done']);
    expect(await done()).toEqual([{ list: 'First' }, { list: 'Second' }]);
  });
});

describe('a new version', () => {
  const version = (list: string, insideRuns: string) => `
${onCart}
insideRuns: ${insideRuns}
steps: [{ id: pause, wait: { for: { hours: 1 } } }, ${add(list, 'mail')}]`;

  it('leaves whoever is inside to the version they began, or takes them along', async () => {
    await parley.trigger(version('Old', 'finish'));
    await parley.say('ada', cart);
    await parley.play();
    await parley.trigger(version('New', 'finish'));
    await parley.say('bob', cart);
    await parley.play(undefined, hour);
    await parley.play(undefined, hour);
    expect(await done()).toEqual([{ list: 'Old' }, { list: 'New' }]);
    await parley.say('eve', cart);
    await parley.play();
    await parley.trigger(version('Newest', 'move'));
    await parley.play(undefined, hour);
    expect((await done()).at(-1)).toEqual({ list: 'Newest' });
  });

  it('that is switched off lets everything stand still, and goes on when it is switched on', async () => {
    await parley.trigger(version('List', 'finish'));
    await parley.say('ada', cart);
    await parley.play();
    await parley.trigger(`${version('List', 'finish')}\nenabled: false`);
    await parley.say('bob', cart);
    await parley.play(undefined, hour);
    expect(await parley.runs()).toMatchObject([{ status: 'waiting', paused: true }]);
    await parley.trigger(version('List', 'finish'));
    await parley.play();
    expect(await statuses()).toEqual(['done']);
  });
});

describe('after an outage', () => {
  it('what was due is caught up with in order, and what would be too late is not done', async () => {
    await parley.trigger(`
${onCart}
usefulFor: { hours: 6 }
steps: [{ id: pause, wait: { for: { hours: 1 } } }, ${add('Soon')}, { wait: { for: { hours: 1 } } }, ${add('Later')}]`);
    await parley.say('ada', cart);
    await parley.play();
    parley.clock.forward(3 * hour);
    await parley.say('bob', cart);
    await parley.play();
    expect(await done()).toEqual([{ list: 'Soon' }]);
    const [ada] = await parley.runs();
    // A wait that begins late begins when we are back: nobody gets two messages at once.
    expect(ada?.due_at?.getTime()).toBeGreaterThan(parley.clock.now().getTime() + hour - 10_000);
    parley.clock.forward(8 * hour);
    await parley.play();
    expect((await parley.runs()).map(({ status, code }) => [status, code])).toEqual([
      ['held_back', 'TOO_LATE'],
      ['held_back', 'TOO_LATE'],
    ]);
    expect(await done()).toEqual([{ list: 'Soon' }]);
  });
});
