import { DataSource } from 'typeorm';
import { beforeEach, describe, expect, it } from 'vitest';
import { TriggerReports } from '../../src/triggers/insight/trigger-reports.service.js';
import { TriggerDates } from '../../src/triggers/trigger-dates.repository.js';
import { scanned } from '../support/scanned.js';
import { triggerRehearsal } from './rehearsal.js';

const parley = triggerRehearsal();
const people = 60_000;
const id = (of: string) => `('00000000-0000-7000-8000-' || lpad(to_hex(${of}), 12, '0'))::uuid`;
const order = { kind: 'business_event', name: 'order_placed' } as const;

/** Two runs for everybody: one that waits for news, one that has ended. */
const generate = [
  `INSERT INTO trigger_runs (id, trigger, version, profile_id, cause, caused_at, context, status, step, step_at, due_at, watches, planned_at, finished_at)
   SELECT gen_random_uuid(), CASE n % 2 WHEN 0 THEN 'waits' ELSE 'ended' END, 1, ${id('n / 2')}, 'event/' || n, now() - interval '100 days', '{"event":null,"segment":null,"about":null}',
     CASE n % 2 WHEN 0 THEN 'waiting' ELSE 'done' END, 'pause', now(), CASE n % 2 WHEN 0 THEN now() + interval '100 years' END,
     CASE n % 2 WHEN 0 THEN '{event/order_placed}'::text[] ELSE '{}' END, now() - interval '100 days', CASE n % 2 WHEN 1 THEN now() END
   FROM generate_series(1, ${String(2 * people)}) n`,
  `INSERT INTO trigger_steps SELECT id, 1, trigger, 1, 'list', 'done', null, null, null, now() FROM trigger_runs`,
  `INSERT INTO action_runs (id, destination, action, profile_id, origin, cause, input, status, planned_at, finished_at)
   SELECT id, 'hubspot', 'list.add', profile_id, 'trigger/ended', id::text, '{}', 'done', now(), now() FROM trigger_runs`,
  `INSERT INTO touches SELECT id, profile_id, 'email', trigger, now() FROM trigger_runs`,
  `INSERT INTO trigger_dates SELECT 'dates', ${id('n')}, '2099-01-01', now() + interval '100 years' FROM generate_series(1, ${String(people)}) n`,
  'ANALYZE',
];
beforeEach(async () => {
  for (const statement of generate) await parley.rows(statement);
});
const pools = () => [parley.core.get(DataSource), parley.other.get(DataSource)];

describe(`with ${String(2 * people)} runs, no table is read from end to end`, () => {
  it('from an event to the action that follows, with a cap and an exit, and by who is waiting for it', async () => {
    await parley.policy('caps: [{ channel: email, atMost: 100, per: { days: 7 } }]');
    await parley.trigger(`
      when: { event: { names: [order_placed] } }
      reEntry: { after: { days: 1 } }
      exitWhen: [{ event: { names: [returned] } }]
      steps:
        - { id: list, do: { destination: hubspot, action: list.add, channel: email, input: { list: Orders } } }
        - { id: reply, wait: { until: { event: { kinds: [message_in] } }, atMost: { days: 3 } } }`);
    const work = async () => {
      await parley.say('ada', order);
      await parley.play();
      await parley.say('ada');
      await parley.play();
    };
    expect(await scanned(parley.database.dataSource, pools(), work)).toEqual({});
    expect((await parley.rows(`SELECT FROM trigger_runs WHERE trigger = 'test' AND status = 'done'`)).length).toBe(1);
  });

  it('by dates that come near, and by whoever looks at one person or one trigger', async () => {
    const reports = parley.core.get(TriggerReports);
    const dates = parley.core.get(TriggerDates);
    const work = async () => {
      await dates.nextDue();
      await reports.page({ trigger: 'ended', status: 'done' }, 50, null);
      await reports.page({ profileId: '00000000-0000-7000-8000-000000000007' }, 50, null);
      await reports.activity('ended', parley.clock.now());
    };
    expect(await scanned(parley.database.dataSource, pools(), work)).toEqual({});
  });
});
