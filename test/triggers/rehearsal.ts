import { afterAll, beforeAll, beforeEach } from 'vitest';
import { parse } from 'yaml';
import { Erasure } from '../../src/erasure/erasure.service.js';
import type { IncomingEvent } from '../../src/events/incoming-event.js';
import { Configuration } from '../../src/provisioning/configuration.service.js';
import { createHubspotEmulator, sandboxAccessToken } from '../../src/sandbox/hubspot/index.js';
import { createMailchimpEmulator } from '../../src/sandbox/mailchimp/index.js';
import type { JournalEntry } from '../../src/sandbox/journal.js';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/sandbox-server.js';
import { ActionRuns } from '../../src/delivery/action-runs.repository.js';
import { Backfill } from '../../src/recalculation/backfill.service.js';
import { Rechecks } from '../../src/recalculation/rechecks.service.js';
import { ScoreMarks } from '../../src/recalculation/score-marks.service.js';
import { TriggerRoundRunner } from '../../src/recalculation/trigger-rounds.service.js';
import { scoreInput } from '../../src/scoring/score-input.js';
import { Scores } from '../../src/scoring/scores.service.js';
import { segmentInput } from '../../src/segments/segment-input.js';
import { Segments } from '../../src/segments/segments.service.js';
import { ContactPolicies } from '../../src/triggers/contact-policies.service.js';
import { contactPolicySchema } from '../../src/triggers/definition/contact-policy.js';
import { triggerInput } from '../../src/triggers/definition/trigger-input.js';
import { TriggerRunner } from '../../src/triggers/running/runner.service.js';
import { Triggers } from '../../src/triggers/triggers.service.js';
import { attribute, type Core, email, incoming, startCore, subscriber, TestClock } from '../support/core.js';
import { testDatabase } from '../support/database.js';

export interface RunRow {
  readonly id: string;
  readonly trigger: string;
  readonly status: string;
  readonly code: string | null;
  readonly reason: string | null;
  readonly step: string | null;
  readonly cause: string;
  readonly version: number;
  readonly due_at: Date | null;
  readonly paused: boolean;
  readonly profile_id: string;
}

/** All but what was declared and configured. */
const tables = `profiles, identities, events, event_keys, sync_marks, remote_records, destination_states, dead_letters, deliveries, delivery_records,
  action_runs, triggers, trigger_versions, trigger_runs, trigger_steps, trigger_dates, trigger_rounds, touches, contact_policy, segments,
  segment_memberships, segment_rechecks, segment_backfills, scores, score_states, consent_changes, destination_memory`;

/** What a person tells the bot. */
export interface Said extends Partial<IncomingEvent> {
  readonly fields?: Readonly<Record<string, string | number>>;
}

/**
 * Two processes on one database with the destinations `hubspot` and `mailchimp`, sandbox accounts, and a clock that stands still until the
 * test moves it. Nothing runs by itself: `play` does all that is due until nothing is.
 */
export function triggerRehearsal() {
  const database = testDatabase();
  const clock = new TestClock();
  const running: { hubspot?: RunningSandbox; mailchimp?: RunningSandbox; core?: Core; other?: Core } = {};
  const get = <K extends keyof typeof running>(what: K): NonNullable<(typeof running)[K]> => {
    const found = running[what];
    if (found === undefined) throw new Error('only while tests run');
    return found;
  };
  const rows = <Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
    database.dataSource.query<Row[]>(sql, [...values]);
  const control = async (method: string, path: string, body?: unknown, which: 'hubspot' | 'mailchimp' = 'hubspot') => {
    const headers = { 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body), headers };
    const response = await fetch(`${get(which).origin}/_sandbox/${path}`, { method, ...sent });
    if (!response.ok) throw new Error(`the sandbox does not take ${path}: ${await response.text()}`);
    return await response.json();
  };
  const destinations = () => [
    {
      key: 'hubspot',
      provider: 'hubspot',
      title: 'HubSpot',
      settings: { accessToken: sandboxAccessToken, baseUrl: get('hubspot').origin },
      mapping: {
        object: 'contacts',
        key: { from: 'email', to: 'email' },
        fields: [
          { from: 'firstName', to: 'firstname' },
          { from: 'country', to: 'country' },
        ],
      },
    },
    {
      key: 'mailchimp',
      provider: 'mailchimp',
      title: 'Mailchimp',
      settings: { apiKey: 'sandbox-us1', audienceId: 'a1b2c3d4e5', baseUrl: get('mailchimp').origin },
      mapping: {
        object: 'member',
        key: { from: 'email', to: 'email_address' },
        fields: [{ from: 'firstName', to: 'FNAME' }],
        requires: { consent: 'email' },
      },
    },
  ];
  const change = async (
    work: (core: Core, manager: Parameters<Parameters<Configuration['change']>[0]>[0]) => Promise<void>,
  ) => {
    const core = get('core');
    await core.get(Configuration).change((manager) => work(core, manager));
    await get('other')
      .get(Configuration)
      .change(() => Promise.resolve());
  };

  beforeAll(async () => {
    running.hubspot = await startSandbox(createHubspotEmulator, { port: 0 });
    running.mailchimp = await startSandbox(createMailchimpEmulator, { port: 0 });
    running.core = await startCore(database.url, clock);
    running.other = await startCore(database.url, clock);
    for (const core of [running.core, running.other]) for (const each of destinations()) await core.connect(each);
  });
  beforeEach(async () => {
    await control('POST', 'reset');
    await control('POST', 'reset', undefined, 'mailchimp');
    await rows(`TRUNCATE ${tables}`);
    await change(() => Promise.resolve());
    clock.forward(60_000);
  });
  afterAll(async () => {
    await Promise.all([running.core?.close(), running.other?.close()]);
    await Promise.all([running.hubspot?.close(), running.mailchimp?.close()]);
  });

  const say = async (name: string, { fields = {}, ...more }: Said = {}): Promise<string> => {
    const address = `${name}@chat.test`;
    const known = Object.entries({ email: address, ...fields }).map(([key, value]) =>
      typeof value === 'number' ? ({ key, label: key, type: 'number', value } as const) : attribute(key, value),
    );
    const [decision] = await get('core').submit(
      incoming(name, {
        identities: [subscriber(name), email(address)],
        ...more,
        attributes: [...(more.attributes ?? []), ...known],
      }),
    );
    return decision?.profileId ?? '';
  };

  return {
    database,
    clock,
    rows,
    control,
    say,
    get core() {
      return get('core');
    },
    get other() {
      return get('other');
    },
    /** Segments as a file would say them. */
    segments: (yaml: string): Promise<void> =>
      change((core, manager) =>
        core.get(Segments).save(
          manager,
          (parse(yaml) as unknown[]).map((each) => segmentInput.parse(each)),
          'file',
        ),
      ),
    /** A score as a file would say it, counted for everybody at once. */
    async score(yaml: string): Promise<void> {
      await change((core, manager) => core.get(Scores).save(manager, scoreInput.parse(parse(yaml)), 'file'));
      await get('core').get(ScoreMarks).run();
      await get('core').get(Rechecks).run();
    },
    /** Triggers as a file would say them: whatever is left out has the usual form. */
    trigger: (yaml: string): Promise<void> =>
      change(async (core, manager) => {
        const { key, enabled, insideRuns, ...definition } = parse(yaml) as Record<string, unknown>;
        const more = { ...(enabled !== undefined && { enabled }), ...(insideRuns !== undefined && { insideRuns }) };
        const input = triggerInput.parse({ key: key ?? 'test', title: 'Test', definition, ...more });
        await core.get(Triggers).refuseWrong(manager, [input]);
        await core.get(Triggers).save(manager, input, 'api');
      }),
    policy: (yaml: string): Promise<void> =>
      change((core, manager) => core.get(ContactPolicies).save(manager, contactPolicySchema.parse(parse(yaml)), 'api')),
    /** Does everything that is due now, and what follows from it, until nothing is; conversations settle meanwhile. */
    async play(core = get('core'), afterMs = 2_000): Promise<void> {
      clock.forward(afterMs);
      for (let round = 0; round < 6; round += 1) {
        await core.get(Rechecks).run();
        await core.get(TriggerRoundRunner).run();
        await core.get(TriggerRunner).run();
        for (const destination of ['hubspot', 'mailchimp']) await core.delivery.drain(destination);
      }
    },
    advance: (core = get('core')): Promise<void> => core.get(TriggerRunner).run(),
    /** Brings new and changed segments to everybody. */
    async backfill(): Promise<void> {
      clock.forward(60_000);
      await get('core').get(Backfill).run();
    },
    erase: async (profileId: string): Promise<void> => {
      await get('core').get(Erasure).run(profileId, 'test');
    },
    /** As an admin does it: everything that failed is put to work again. */
    async replayActions(): Promise<void> {
      const letters = await rows<{ subject: string }>(
        `UPDATE dead_letters SET resolution = 'replayed' WHERE kind = 'action' RETURNING subject`,
      ).then((found) => (Array.isArray(found[0]) ? (found[0] as { subject: string }[]) : found));
      await get('core')
        .get(ActionRuns)
        .makeDue(
          letters.map(({ subject }) => subject),
          clock.now(),
        );
    },
    runs: (): Promise<RunRow[]> => rows<RunRow>(`SELECT * FROM trigger_runs ORDER BY planned_at, id`),
    steps: (): Promise<{ step: string; outcome: string; code: string | null }[]> =>
      rows(`SELECT step, outcome, code FROM trigger_steps ORDER BY run, position`),
    actions: (): Promise<
      { destination: string; action: string; status: string; code: string | null; input: unknown }[]
    > => rows(`SELECT destination, action, status, code, reason, input FROM action_runs ORDER BY planned_at, id`),
    calls: (path: string, which: 'hubspot' | 'mailchimp' = 'hubspot'): JournalEntry[] =>
      get(which).journal.entries({ path }),
  };
}
export type TriggerRehearsal = ReturnType<typeof triggerRehearsal>;
