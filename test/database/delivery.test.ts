import { describe, expect, it } from 'vitest';
import { Resync } from '../../src/delivery/resync.service.js';
import { SyncMarks } from '../../src/delivery/sync-marks.repository.js';
import { attribute, email, incoming, subscriber } from '../support/core.js';
import { hubspotRehearsal } from '../support/hubspot-rehearsal.js';

const hub = hubspotRehearsal();

describe('a sync mark', () => {
  it('is made only for what the mapping looks at', async () => {
    const id = await hub.say('shoes', { shoeSize: '44' });
    expect(await hub.mark(id)).toMatchObject({ wanted_version: 1 });
    await hub.drain();
    await hub.say('shoes', { shoeSize: '45' });
    expect(await hub.mark(id)).toMatchObject({ wanted_version: 1, due_at: null, outcome: 'delivered' });
    await hub.say('shoes', { country: 'Peru' });
    expect(await hub.mark(id)).toMatchObject({ wanted_version: 3 });
  });

  it('is due when the person has been quiet for two seconds, ten after the first news at the latest', async () => {
    const began = hub.clock.now().getTime();
    const dueAfter: (number | undefined)[] = [];
    for (let second = 0; second < 12; second += 3) {
      const id = await hub.say('talker', { country: `Country ${String(second)}` });
      dueAfter.push(((await hub.mark(id))?.due_at?.getTime() ?? 0) - began);
      hub.clock.forward(3_000);
    }
    expect(dueAfter).toEqual([2_000, 5_000, 8_000, 10_000]);
  });

  it('that waits for its next attempt is not brought forward by news', async () => {
    const id = await hub.say('patient', { country: 'Peru' });
    await hub.fault({ answer: { status: 503 } });
    await hub.drain(hub.core, 30_000);
    const due = (await hub.mark(id))?.due_at;
    await hub.say('patient', { country: 'Chile' });
    const later = (await hub.mark(id))?.due_at;
    expect(later?.getTime()).toBeGreaterThanOrEqual(due?.getTime() ?? Infinity);
  });
});

describe('delivery', () => {
  it('makes one call of one conversation, with what the person said last', async () => {
    const id = await hub.say('ada', { firstName: 'Ada' });
    for (const country of ['Peru', 'Chile', 'Spain']) {
      await hub.drain(hub.core, 1_000);
      await hub.say('ada', { country });
    }
    expect(hub.upserts()).toHaveLength(0);
    await hub.drain();
    expect(hub.upserts()).toHaveLength(1);
    expect(await hub.contact('ada')).toMatchObject({ firstname: 'Ada', country: 'Spain' });
    expect(await hub.mark(id)).toMatchObject({ outcome: 'delivered', due_at: null, claim: null, delivered_version: 4 });
  });

  it('settles a mark that was made due to the microsecond', async () => {
    const id = await hub.say('ada', { firstName: 'Ada' });
    await hub.drain();
    const due = `'${hub.clock.now().toISOString().slice(0, -1)}456'::timestamptz`;
    await hub.rows(`UPDATE sync_marks SET due_at = ${due} WHERE profile_id = $1`, [id]);
    await hub.drain(hub.core, 1_000);
    expect(await hub.mark(id)).toMatchObject({ outcome: 'unchanged', due_at: null, claim: null });
  });

  it('makes one call for many people, and none when nothing differs', async () => {
    for (const name of ['a', 'b', 'c']) await hub.say(name, { country: 'Peru' });
    await hub.drain();
    expect(hub.upserts()).toHaveLength(1);
    await hub.core.get(Resync).run('hubspot');
    await hub.drain();
    expect(hub.upserts()).toHaveLength(1);
    expect(await hub.rows(`SELECT outcome, count(*)::int FROM sync_marks GROUP BY outcome`)).toEqual([
      { outcome: 'unchanged', count: 3 },
    ]);
  });

  it('sends only what differs', async () => {
    await hub.say('ada', { firstName: 'Ada', country: 'Peru' });
    await hub.drain();
    await hub.say('ada', { country: 'Chile' });
    await hub.drain();
    const { body } = hub.upserts()[1] as { body: { inputs: { properties: object }[] } };
    expect(Object.keys(body.inputs[0]?.properties ?? {})).not.toContain('firstname');
    expect(await hub.contact('ada')).toMatchObject({ firstname: 'Ada', country: 'Chile' });
  });

  it('lets a person without a key wait until there is one', async () => {
    const [decision] = await hub.core.submit(incoming('keyless', { attributes: [attribute('country', 'Peru')] }));
    await hub.drain();
    expect(await hub.mark(decision?.profileId ?? '')).toMatchObject({
      outcome: 'no_key',
      reason: 'waits until it has a value for email',
      due_at: null,
    });
    await hub.say('keyless', {});
    await hub.drain();
    expect(await hub.contact('keyless')).toMatchObject({ country: 'Peru' });
  });

  it('brings what a new mapping maps, to everybody', async () => {
    await hub.say('ada', { firstName: 'Ada', lastName: 'Lovelace' });
    await hub.drain();
    await hub.connect({ fields: [{ from: 'lastName', to: 'lastname' }] });
    await hub.core.get(Resync).run('hubspot');
    await hub.drain();
    expect(await hub.contact('ada')).toMatchObject({ firstname: 'Ada', lastname: 'Lovelace' });
    expect(hub.upserts()).toHaveLength(2);
  });

  it('brings a tag that was refused once the mapping allows its option to be created', async () => {
    await hub.connect({ create: { options: false }, lists: { tags: ['vip'] } });
    await hub.say('ada', { firstName: 'Ada' }, ['vip']);
    await hub.drain();
    expect(await hub.contact('ada')).not.toHaveProperty('chat_tags');
    await hub.connect({ lists: { tags: ['vip'] } });
    await hub.core.get(Resync).run('hubspot');
    await hub.drain();
    expect(await hub.contact('ada')).toMatchObject({ chat_tags: 'vip' });
    const calls = hub.upserts().length;
    await hub.core.get(Resync).run('hubspot');
    await hub.drain();
    expect(hub.upserts()).toHaveLength(calls);
  });

  it('writes down what it did, for whoever asks', async () => {
    const id = await hub.say('ada', { country: 'Peru' });
    await hub.drain();
    const [record] = await hub.rows(
      `SELECT r.outcome, r.profile_version, r.sent, d.calls, d.records, d.error FROM delivery_records r JOIN deliveries d ON d.id = r.delivery_id
       WHERE r.profile_id = $1`,
      [id],
    );
    expect(record).toMatchObject({
      outcome: 'delivered',
      profile_version: 1,
      records: 1,
      error: null,
      sent: { country: { type: 'string', value: 'Peru' } },
    });
  });
});

describe('one record in two hands', () => {
  it('is delivered for both profiles, one after the other, without a dead letter', async () => {
    const shared = [attribute('email', 'shared@example.com')];
    await hub.core.submit(
      incoming('first', { attributes: [...shared, attribute('country', 'Peru')] }),
      incoming('second', { attributes: [...shared, attribute('firstName', 'Bob')] }),
    );
    await hub.drain();
    expect(hub.upserts()).toHaveLength(2);
    expect(await hub.contact('shared')).toMatchObject({ country: 'Peru', firstname: 'Bob' });
    expect(await hub.rows(`SELECT DISTINCT outcome, due_at FROM sync_marks`)).toEqual([
      { outcome: 'delivered', due_at: null },
    ]);
  });

  it('is completed when somebody had deleted it there', async () => {
    await hub.say('ada', { firstName: 'Ada', country: 'Peru' }, ['vip']);
    await hub.drain();
    const state = (await hub.control('GET', 'state')) as object;
    await hub.control('PUT', 'state', { ...state, contacts: [] });
    await hub.say('ada', { country: 'Chile' });
    await hub.drain();
    expect(await hub.contact('ada')).toMatchObject({ firstname: 'Ada', country: 'Chile', chat_tags: 'vip' });
  });

  it('stays the survivor’s when two profiles become one', async () => {
    const [elder] = await hub.core.submit(incoming('elder', { attributes: [attribute('firstName', 'Ada')] }));
    const younger = await hub.say('younger', { country: 'Peru' });
    await hub.drain();
    await hub.core.submit(incoming('elder', { identities: [subscriber('elder'), email('younger@example.com')] }));
    expect(await hub.mark(younger)).toBeUndefined();
    await hub.drain();
    expect(hub.upserts()).toHaveLength(2);
    expect(await hub.contact('younger')).toMatchObject({ country: 'Peru', firstname: 'Ada' });
    expect(await hub.rows(`SELECT profile_id FROM remote_records`)).toEqual([{ profile_id: elder?.profileId }]);
    expect(await hub.mark(elder?.profileId ?? '')).toMatchObject({ outcome: 'delivered', due_at: null });
  });
});

describe('what happens during a call', () => {
  /** Runs `meanwhile` while HubSpot takes its time over the next call of a drain. */
  async function during(meanwhile: () => Promise<unknown>): Promise<void> {
    const before = hub.upserts().length;
    await hub.fault({ delayMs: 300 });
    hub.clock.forward(2_000);
    const drained = hub.core.delivery.drain('hubspot');
    await hub.callUnderWay();
    await meanwhile();
    await drained;
    expect(hub.upserts().length).toBeGreaterThan(before);
  }

  it('is delivered afterwards, and no version is ever lost to an earlier one', async () => {
    const id = await hub.say('ada', { country: 'Peru' });
    await during(async () => {
      hub.clock.forward(1_000);
      await hub.say('ada', { country: 'Chile' });
    });
    expect(await hub.mark(id)).toMatchObject({ wanted_version: 2, delivered_version: 1 });
    expect(await hub.contact('ada')).toMatchObject({ country: 'Peru' });
    await hub.drain();
    expect(await hub.contact('ada')).toMatchObject({ country: 'Chile' });
    expect(await hub.mark(id)).toMatchObject({ wanted_version: 2, delivered_version: 2, due_at: null });
    expect(await hub.rows(`SELECT delivered_version FROM remote_records`)).toEqual([{ delivered_version: 2 }]);
  });

  it('starts no second drain, not in another process either', async () => {
    await hub.say('ada', { country: 'Peru' });
    await during(() => Promise.all([hub.core.delivery.drain('hubspot'), hub.other.delivery.drain('hubspot')]));
    expect(hub.upserts()).toHaveLength(1);
  });

  it('a new mapping is not settled with the old one', async () => {
    await hub.say('ada', { firstName: 'Ada', lastName: 'Lovelace' });
    await during(async () => {
      hub.clock.forward(1);
      await hub.connect({ fields: [{ from: 'lastName', to: 'lastname' }] });
      await hub.core.get(Resync).run('hubspot');
    });
    await hub.drain(); // a slow machine may have ended the call before the new mapping was there
    expect(await hub.contact('ada')).toMatchObject({ firstname: 'Ada', lastname: 'Lovelace' });
  });

  it('a replay is not settled with the attempt before it', async () => {
    const id = await hub.say('ada', { country: 'Peru' });
    await during(async () => {
      hub.clock.forward(1);
      await hub.rows(`UPDATE destination_states SET drainer = gen_random_uuid(), drained_until = 'infinity'`);
      await hub.core.get(SyncMarks).makeDue('hubspot', [id], hub.clock.now());
    });
    expect((await hub.mark(id))?.due_at).not.toBeNull();
  });

  it('two profiles becoming one keeps what the call has made', async () => {
    const [elder] = await hub.core.submit(incoming('old', { attributes: [attribute('firstName', 'Ada')] }));
    await hub.drain();
    await hub.say('young', { country: 'Peru' });
    await during(() =>
      hub.core.submit(incoming('old', { identities: [subscriber('old'), email('young@example.com')] })),
    );
    expect(await hub.rows(`SELECT profile_id FROM remote_records`)).toEqual([{ profile_id: elder?.profileId }]);
    await hub.drain();
    expect(await hub.contact('young')).toMatchObject({ country: 'Peru', firstname: 'Ada' });
  });
});
