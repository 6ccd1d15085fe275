import { describe, expect, it } from 'vitest';
import { triggerRehearsal } from './rehearsal.js';

const parley = triggerRehearsal();

const hour = 3_600_000;
const day = 24 * hour;
const onOrder = 'when: { event: { names: [order_placed] } }';
const order = { kind: 'business_event', name: 'order_placed' } as const;
const agreed = { consents: [{ purpose: 'email', status: 'granted', evidence: 'said yes', field: null }] } as const;
/** Reaches people by e-mail, as far as quiet hours and caps are concerned; a list is what can be seen. */
const mail = (list: string) =>
  `{ id: mail, do: { destination: hubspot, action: list.add, channel: email, input: { list: ${list} } } }`;
const outcomes = async () => (await parley.runs()).map(({ trigger, status, code }) => [trigger, status, code]);
const toHour = async (utcHour: number) => {
  const at = new Date(parley.clock.now());
  at.setUTCHours(utcHour, 0, 0, 0);
  if (at <= parley.clock.now()) at.setUTCDate(at.getUTCDate() + 1);
  await parley.play(undefined, at.getTime() - parley.clock.now().getTime());
};

describe('quiet hours', () => {
  it('hold an action back until they end for the person, and let everything else pass', async () => {
    await parley.policy('quietHours: { from: "21:00", to: "08:00" }');
    await parley.trigger(`{ key: mail, ${onOrder}, steps: [${mail('Mail')}] }`);
    await parley.trigger(
      `{ key: silent, ${onOrder}, steps: [{ do: { destination: hubspot, action: list.add, input: { list: Silent } } }] }`,
    );
    await toHour(20);
    await parley.say('ada', { ...order, fields: { timezone: 'Europe/Madrid' } });
    await parley.say('bob', { ...order, fields: { timezone: 'America/Lima' } });
    await parley.play();
    expect(await parley.actions()).toHaveLength(3);
    const [ada] = await parley.rows<{ due_at: Date; code: string }>(
      `SELECT due_at, code FROM trigger_runs WHERE status = 'waiting'`,
    );
    expect(ada).toMatchObject({ code: 'QUIET_HOURS' });
    expect(ada?.due_at.toISOString().slice(11)).toBe('07:00:00.000Z');
    await toHour(7);
    expect(await parley.actions()).toHaveLength(4);
    expect((await outcomes()).every(([, status]) => status === 'done')).toBe(true);
  });

  it('count in the moment of acting: what could not be sent in time is not sent at night', async () => {
    await parley.policy('quietHours: { from: "21:00", to: "08:00" }');
    await parley.trigger(`{ ${onOrder}, steps: [${mail('Mail')}] }`);
    await toHour(20);
    await parley.control('POST', 'faults', { path: '/contacts/batch/upsert', answer: { status: 503, body: 'down' } });
    await parley.say('ada', order);
    await parley.play();
    await toHour(22);
    expect(await parley.actions()).toMatchObject([{ status: 'planned', code: 'QUIET_HOURS' }]);
    await toHour(8);
    expect(await parley.actions()).toMatchObject([{ status: 'done' }]);
  });
});

describe('a frequency cap', () => {
  it('holds over all triggers, and the more important one gets the room', async () => {
    await parley.policy('caps: [{ channel: email, atMost: 1, per: { days: 1 } }]');
    await parley.trigger(`{ key: unimportant, ${onOrder}, priority: 10, steps: [${mail('One')}] }`);
    await parley.trigger(`{ key: important, ${onOrder}, priority: 90, steps: [${mail('Two')}] }`);
    await parley.say('ada', order);
    await parley.play();
    expect(await outcomes()).toEqual(
      expect.arrayContaining([
        ['important', 'done', null],
        ['unimportant', 'waiting', 'FREQUENCY_CAP'],
      ]),
    );
    await parley.play(undefined, day);
    expect((await outcomes()).every(([, status]) => status === 'done')).toBe(true);
  });

  it('that leaves no room before it would be too late ends the run', async () => {
    await parley.policy('caps: [{ atMost: 1, per: { days: 7 } }]');
    await parley.trigger(`{ ${onOrder}, usefulFor: { days: 1 }, steps: [${mail('One')}] }`);
    await parley.say('ada', order);
    await parley.say('ada', order);
    await parley.play();
    expect((await outcomes()).map(([, ...rest]) => rest)).toEqual([
      ['done', null],
      ['held_back', 'FREQUENCY_CAP'],
    ]);
  });

  it('does not count what did not reach the person', async () => {
    await parley.policy('caps: [{ atMost: 1, per: { days: 7 } }]');
    const refused =
      'do: { destination: hubspot, action: workflow.enrol_direct, channel: email, input: { workflow: "999" } }';
    await parley.trigger(`{ key: refused, ${onOrder}, priority: 90, steps: [{ ${refused} }] }`);
    await parley.say('ada', order);
    await parley.play();
    expect(await outcomes()).toMatchObject([['refused', 'failed', expect.anything()]]);
    await parley.trigger(`{ key: next, when: { event: { names: [next] } }, steps: [${mail('One')}] }`);
    await parley.say('ada', { kind: 'business_event', name: 'next' });
    await parley.play();
    expect((await outcomes())[1]).toEqual(['next', 'done', null]);
  });
});

describe('consent', () => {
  const event =
    '{ id: event, do: { destination: mailchimp, action: event.add, consent: email, input: { name: reminder } } }';

  it('is looked at in the moment of acting: without it nothing is sent, and something else can be done instead', async () => {
    await parley.trigger(`
${onOrder}
steps:
  - id: event
    do: { destination: mailchimp, action: event.add, consent: email, input: { name: reminder } }
    onFailure: { do: { destination: hubspot, action: list.add, input: { list: Call } } }`);
    await parley.say('ada', { ...order, ...agreed });
    await parley.say('bob', order);
    await parley.play();
    expect((await parley.actions()).map(({ action, status, code }) => [action, status, code]).sort()).toEqual([
      ['event.add', 'done', null],
      ['event.add', 'withheld', 'NOT_DELIVERED'],
      ['list.add', 'done', null],
    ]);
  });

  it('that is withdrawn cancels what waits for nothing else', async () => {
    await parley.trigger(`{ ${onOrder}, steps: [{ wait: { for: { hours: 1 } } }, ${event}] }`);
    await parley.say('ada', { ...order, ...agreed });
    await parley.play();
    await parley.say('ada', { consents: [{ ...agreed.consents[0], status: 'revoked' }] });
    await parley.advance();
    expect(await outcomes()).toEqual([['test', 'cancelled', 'CONSENT_WITHDRAWN']]);
  });

  it('that is withdrawn while the action waits for its sync stops it', async () => {
    await parley.trigger(`{ ${onOrder}, steps: [${event}] }`);
    await parley.say('ada', { ...order, ...agreed });
    await parley.advance();
    await parley.say('ada', { consents: [{ ...agreed.consents[0], status: 'revoked' }] });
    await parley.play();
    expect((await outcomes())[0]?.[1]).not.toBe('done');
    expect(parley.calls('/3.0/lists', 'mailchimp').filter(({ path }) => path.endsWith('/events'))).toEqual([]);
  });
});

describe('whoever is erased', () => {
  it('leaves every trigger, and nothing of them stays', async () => {
    await parley.trigger(`{ ${onOrder}, steps: [{ wait: { for: { hours: 1 } } }, ${mail('Mail')}] }`);
    const id = await parley.say('ada', order);
    await parley.play();
    await parley.erase(id);
    for (const table of ['trigger_runs', 'trigger_steps', 'action_runs', 'touches'])
      expect(await parley.rows(`SELECT FROM ${table}`), table).toEqual([]);
    await parley.play(undefined, hour);
    expect(await parley.actions()).toEqual([]);
  });
});
