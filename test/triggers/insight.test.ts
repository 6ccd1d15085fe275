import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { triggerSchema } from '../../src/triggers/definition/trigger.js';
import { DryRun } from '../../src/triggers/insight/dry-run.service.js';
import { TriggerReports } from '../../src/triggers/insight/trigger-reports.service.js';
import { TriggerDirectory } from '../../src/triggers/trigger-directory.service.js';
import { triggerRehearsal } from './rehearsal.js';

const parley = triggerRehearsal();

const hour = 3_600_000;
const day = 24 * hour;
const order = { kind: 'business_event', name: 'order_placed' } as const;
const agreed = { consents: [{ purpose: 'email', status: 'granted', evidence: 'said yes', field: null }] } as const;
const read = (yaml: string) => triggerSchema.parse(parse(yaml));
const none = { event: null, segment: null, about: null };
const iso = (step: { readonly at: Date }) => step.at.getTime();

const journey = `
when: { event: { names: [order_placed] } }
steps:
  - id: note
    do: { destination: hubspot, action: note.create, input: { text: "{{firstName}} spent {{event.amount}}" } }
  - { id: pause, wait: { for: { days: 1 } } }
  - id: mail
    do: { destination: mailchimp, action: event.add, consent: email, channel: email, input: { name: thanks } }
    onFailure: { do: { destination: hubspot, action: list.add, input: { list: Call } } }`;

describe('a dry run for one person', () => {
  it('says what would be done when, filled in, and does nothing', async () => {
    const id = await parley.say('ada', { ...agreed, fields: { firstName: 'Ada' } });
    const event = { name: 'order_placed', channel: null, source: 'x', text: null, properties: { amount: 250 } };
    const run = await parley.core.get(DryRun).forProfile('test', read(journey), id, { ...none, event });
    const now = parley.clock.now().getTime();
    expect(run).toMatchObject({
      status: 'done',
      steps: [
        { step: 'note', outcome: 'would do', order: { action: 'note.create', input: { text: 'Ada spent 250' } } },
        { step: 'pause', outcome: 'elapsed' },
        { step: 'mail', outcome: 'would do', order: { action: 'event.add' } },
      ],
    });
    expect(run?.steps.map(iso)).toEqual([now, now + day, now + day]);
    expect(await parley.runs()).toEqual([]);
    expect(await parley.actions()).toEqual([]);
  });

  it('says which rule holds what back: consent, quiet hours, caps, its own condition, the holdout', async () => {
    await parley.policy('{ quietHours: { from: "00:00", to: "23:59" }, caps: [] }');
    const id = await parley.say('ada', {});
    const withheld = await parley.core.get(DryRun).forProfile('test', read(journey), id, none);
    const mail = withheld?.steps.filter(({ step }) => step.startsWith('mail'));
    expect(mail).toMatchObject([
      { outcome: 'held back for a while', code: 'QUIET_HOURS' },
      { step: 'mail', outcome: 'withheld', code: 'NO_CONSENT' },
      { step: 'mail.instead', outcome: 'would do', order: { input: { list: 'Call' } } },
    ]);
    const conditional = read(`${journey}\nif: { all: [{ tags: anyOf, value: [vip] }] }`);
    expect(await parley.core.get(DryRun).forProfile('test', conditional, id, none)).toMatchObject({
      status: 'held_back',
      code: 'IF_NOT_MET',
    });
    const heldOut = read(`${journey}\nholdout: 90`);
    const outcomes = new Set<string>();
    for (let person = 0; person < 12; person += 1) {
      const other = await parley.say(`p${String(person)}`, {});
      outcomes.add((await parley.core.get(DryRun).forProfile('test', heldOut, other, none))?.status ?? '');
    }
    expect(outcomes).toContain('held_out');
  });
});

describe('a look back', () => {
  it('says what would have been done for the events of the last days, with their own later events and consents', async () => {
    const definition = read(`
when: { event: { names: [cart_updated] } }
exitWhen: [{ event: { names: [order_placed] } }]
reEntry: { after: { days: 7 } }
steps:
  - { wait: { for: { days: 1 } } }
  - { id: mail, do: { destination: mailchimp, action: event.add, consent: email, input: { name: cart } } }`);
    const cart = { kind: 'business_event', name: 'cart_updated' } as const;
    for (const name of ['buys', 'forgets', 'refuses'])
      await parley.say(name, { ...cart, ...(name !== 'refuses' && agreed) });
    parley.clock.forward(2 * hour);
    await parley.say('buys', order);
    await parley.say('forgets', cart);
    parley.clock.forward(3 * day);
    const backtest = await parley.core.get(DryRun).backtest('test', definition, 30);
    expect(backtest).toMatchObject({ causes: 4, lookedAt: 4, left: 1 });
    expect(backtest?.outcomes).toEqual(
      expect.arrayContaining([
        { status: 'exited', code: 'EXIT', runs: 1 },
        { status: 'done', code: null, runs: 1 },
        { status: 'held_back', code: 'NO_CONSENT', runs: 1 },
      ]),
    );
    expect(backtest?.actions).toEqual(
      expect.arrayContaining([{ step: 'mail', outcome: 'would do', code: null, times: 1 }]),
    );
    expect(await parley.runs()).toEqual([]);
  });

  it('counts for a segment who entered it, and for a schedule who was in it at each of its moments', async () => {
    await parley.segments(`[{ key: fans, title: Fans, rule: { version: 1, all: [{ tags: anyOf, value: [fan] }] } }]`);
    await parley.say('ada', { tagsAdded: ['fan'] });
    parley.clock.forward(2 * day);
    await parley.say('bob', { tagsAdded: ['fan'] });
    await parley.say('ada', { tagsRemoved: ['fan'] });
    parley.clock.forward(2 * day);
    const steps = 'steps: [{ id: list, do: { destination: hubspot, action: list.add, input: { list: Fans } } }]';
    const entered = await parley.core.get(DryRun).backtest('test', read(`{ when: { segment: fans }, ${steps} }`), 30);
    expect(entered?.outcomes).toEqual([{ status: 'done', code: null, runs: 2 }]);
    const daily = await parley.core
      .get(DryRun)
      .backtest('test', read(`{ when: { schedule: { at: "12:00" }, segment: fans }, ${steps} }`), 30);
    expect(daily?.causes).toBe(4);
    expect(await parley.core.get(DryRun).backtest('t', read(`{ when: { date: birthday }, ${steps} }`), 30)).toBeNull();
  });
});

describe('reports', () => {
  it('tell how runs stand, what became of them at each step, and how much more often the goal is reached', async () => {
    await parley.trigger(`
when: { event: { names: [cart_updated] } }
holdout: 50
goal: { event: { names: [order_placed] }, within: { days: 3 } }
steps:
  - { id: list, do: { destination: hubspot, action: list.add, input: { list: Carts } } }
  - { id: pause, wait: { for: { days: 30 } } }`);
    for (let person = 0; person < 20; person += 1)
      await parley.say(`p${String(person)}`, { kind: 'business_event', name: 'cart_updated' });
    await parley.play();
    const runs = await parley.runs();
    const people = new Map(runs.map(({ profile_id: id, status }) => [id, status]));
    for (const [id, status] of people)
      if (status !== 'held_out') {
        const [row] = await parley.rows<{ value: string }>(
          `SELECT value FROM identities WHERE profile_id = $1 AND kind = 'subscriber'`,
          [id],
        );
        await parley.say(row?.value ?? '', order);
      }
    parley.clock.forward(3 * day);
    await parley.say('p0', {});
    const reports = parley.core.get(TriggerReports);
    const since = new Date(0);
    const activity = Object.fromEntries(
      (await reports.activity('test', since)).map(({ status, runs: count }) => [status, count]),
    );
    const treated = runs.filter(({ status }) => status !== 'held_out').length;
    expect(activity).toEqual({ waiting: treated, held_out: 20 - treated });
    expect(await reports.funnel('test', 1)).toEqual([
      { step: 'list', outcome: 'done', runs: treated },
      { step: 'pause', outcome: 'waiting', runs: treated },
    ]);
    const trigger = parley.core.get(TriggerDirectory).current.current.get('test');
    expect(trigger === undefined ? null : await reports.lift(trigger, since)).toMatchObject({
      treated: { people: treated, rate: 1 },
      heldOut: { people: 20 - treated, rate: 0 },
      isSignificant: true,
    });
  });
});
