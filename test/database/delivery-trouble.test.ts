import { DataSource } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { DeadLetters } from '../../src/delivery/dead-letters.service.js';
import { Delivery } from '../../src/delivery/delivery.service.js';
import { DestinationStates } from '../../src/delivery/destination-states.repository.js';
import { SyncMarks } from '../../src/delivery/sync-marks.repository.js';
import { attribute, incoming, startCore } from '../support/core.js';
import { hubspotRehearsal } from '../support/hubspot-rehearsal.js';

const hub = hubspotRehearsal();
const states = () => hub.core.get(DestinationStates).find('hubspot');
const letters = (resolved: boolean) => hub.core.get(DeadLetters).list({ resolved }, 10, null);

describe('a bad record', () => {
  /** A person whose e-mail address HubSpot does not take. */
  const bad = async (address = 'ada@@example.com') =>
    (await hub.core.submit(incoming('bad', { attributes: [attribute('email', address)] })))[0]?.profileId ?? '';

  it('becomes a dead letter with the provider’s words, and its neighbours arrive', async () => {
    const id = await bad();
    for (const name of ['good', 'better']) await hub.say(name, { country: 'Peru' });
    await hub.drain();
    expect(await hub.contact('good')).toMatchObject({ country: 'Peru' });
    expect(await hub.contact('better')).toMatchObject({ country: 'Peru' });
    expect(await hub.mark(id)).toMatchObject({ outcome: 'rejected', due_at: null, delivered_version: 0 });
    expect(await letters(false)).toMatchObject([
      { kind: 'sync', origin: 'hubspot', subject: id, cause: 'INVALID_EMAIL', occurrences: 1 },
    ]);
  });

  it('is not tried again until there is news, and its letter is closed by what goes through', async () => {
    await bad();
    await hub.drain();
    const calls = hub.upserts().length;
    await hub.drain(hub.core, 60 * 60_000);
    expect(hub.upserts()).toHaveLength(calls);
    await bad('ada@example.com');
    await hub.drain();
    expect(await hub.contact('ada')).toBeDefined();
    expect(await letters(false)).toEqual([]);
    expect(await letters(true)).toMatchObject([{ resolution: 'delivered' }]);
  });

  it('can be replayed: it is tried once more, and fails into a letter of its own', async () => {
    const id = await bad();
    await hub.drain();
    const taken = await hub.core.get(DeadLetters).take({ cause: 'INVALID_EMAIL' }, 10);
    expect(taken.map(({ subject }) => subject)).toEqual([id]);
    await hub.core.get(SyncMarks).makeDue('hubspot', [id], hub.clock.now());
    await hub.drain(hub.core, 0);
    expect(await letters(false)).toMatchObject([{ subject: id, occurrences: 1 }]);
    expect(await letters(true)).toMatchObject([{ subject: id, resolution: 'replayed' }]);
  });

  it('that was taken to be replayed and could not be is an open letter again', async () => {
    await bad();
    await hub.drain();
    const [taken] = await hub.core.get(DeadLetters).take({}, 10);
    await hub.core.get(DeadLetters).reopen([taken?.id ?? '']);
    expect(await letters(false)).toMatchObject([{ id: taken?.id, resolution: null }]);
  });
});

describe('a provider that says "too fast"', () => {
  it('rests as long as it asks, no attempt is counted, and then everything arrives', async () => {
    const id = await hub.say('ada', { country: 'Peru' });
    await hub.fault({
      answer: { status: 429, headers: { 'retry-after': '30' }, body: { policyName: 'TEN_SECONDLY' } },
    });
    await hub.drain();
    const restsUntil = (await states())?.rests_until;
    expect(restsUntil?.getTime()).toBe(hub.clock.now().getTime() + 30_000);
    expect(await hub.mark(id)).toMatchObject({ outcome: 'retrying', attempts: 0 });
    await hub.say('bob', { country: 'Chile' });
    await hub.drain(hub.core, 29_999);
    expect(hub.upserts()).toHaveLength(1);
    await hub.drain(hub.core, 1);
    expect(await hub.contact('ada')).toMatchObject({ country: 'Peru' });
    expect(await hub.contact('bob')).toMatchObject({ country: 'Chile' });
    expect(hub.upserts()).toHaveLength(2);
  });
});

describe('a provider that does not let us in', () => {
  it('is asked nothing more until somebody has resumed it', async () => {
    const id = await hub.say('ada', { country: 'Peru' });
    await hub.fault({ answer: { status: 401, body: { status: 'error', category: 'INVALID_AUTHENTICATION' } } });
    await hub.drain();
    expect((await states())?.paused_reason).toBeTruthy();
    await hub.drain(hub.core, 60 * 60_000);
    expect(hub.upserts()).toHaveLength(1);
    expect(await hub.mark(id)).toMatchObject({ outcome: 'retrying', attempts: 0 });
    await hub.core.get(DestinationStates).resume('hubspot');
    await hub.drain();
    expect(await hub.contact('ada')).toMatchObject({ country: 'Peru' });
  });
});

describe('a provider that keeps failing', () => {
  it('is left alone for a while, then asked with one record, and gets the rest when that went well', async () => {
    for (const name of ['a', 'b', 'c']) await hub.say(name, { country: 'Peru' });
    await hub.fault({ times: 6, answer: { status: 503 } });
    for (let failure = 0; failure < 5; failure += 1) await hub.drain(hub.core, 16 * 60_000);
    expect(hub.upserts()).toHaveLength(5);
    expect((await states())?.breaker).toMatchObject({ openings: 1 });
    await hub.rows(`UPDATE sync_marks SET due_at = $1`, [hub.clock.now()]);
    await hub.drain(hub.core, 29_999);
    expect(hub.upserts()).toHaveLength(5);
    await hub.drain(hub.core, 1); // half-open: one record, which fails
    expect(hub.upserts()).toHaveLength(6);
    expect((hub.upserts()[5]?.body as { inputs: unknown[] }).inputs).toHaveLength(1);
    await hub.drain(hub.core, 59_999);
    expect(hub.upserts()).toHaveLength(6);
    await hub.drain(hub.core, 16 * 60_000); // one record goes well, the others follow
    expect(
      hub
        .upserts()
        .slice(6)
        .map(({ body }) => (body as { inputs: unknown[] }).inputs.length),
    ).toEqual([1, 2]);
    expect((await states())?.breaker).toMatchObject({ openUntil: null, openings: 0 });
    for (const name of ['a', 'b', 'c']) expect(await hub.contact(name)).toMatchObject({ country: 'Peru' });
    expect(await letters(false)).toEqual([]);
  });
});

describe('a connection that breaks', () => {
  it.each(['before', 'after'] as const)('%s the work was done: the mark waits for its next attempt', async (drop) => {
    const id = await hub.say('ada', { country: 'Peru' });
    await hub.fault({ drop });
    await hub.drain();
    expect(await hub.mark(id)).toMatchObject({ outcome: 'retrying', attempts: 1, claim: null });
    await hub.drain();
    expect(await hub.mark(id)).toMatchObject({ outcome: 'delivered', attempts: 0, due_at: null });
    expect(await hub.control('GET', 'state')).toMatchObject({ contacts: { length: 1 } });
  });
});

describe('a process that dies between the call and writing down what came of it', () => {
  it('loses no mark: another one repeats the call, which does no harm', async () => {
    const dying = await startCore(hub.database.url, hub.clock);
    const id = await hub.say('ada', { country: 'Peru' });
    await hub.fault({ delayMs: 300 });
    hub.clock.forward(2_000);
    const died = expect(dying.get(Delivery).drain('hubspot')).rejects.toThrow();
    await hub.callUnderWay();
    await dying.get(DataSource).destroy();
    await died;
    expect(hub.upserts()).toHaveLength(1);
    expect(await hub.contact('ada')).toMatchObject({ country: 'Peru' });

    await hub.drain(hub.core, 14_000); // its lease is still on
    expect(hub.upserts()).toHaveLength(1);
    await hub.drain(hub.core, 1_000);
    expect(hub.upserts()).toHaveLength(2);
    expect(await hub.mark(id)).toMatchObject({ outcome: 'delivered', due_at: null, claim: null });
    expect(await hub.control('GET', 'state')).toMatchObject({ contacts: { length: 1 } });
  });
});

describe('a process that is told to stop', () => {
  it('writes down what came of the call that is under way, and begins no other', async () => {
    const stopping = await startCore(hub.database.url, hub.clock);
    const first = await hub.say('ada', { country: 'Peru' });
    await hub.fault({ delayMs: 300 });
    hub.clock.forward(2_000);
    const drained = stopping.get(Delivery).drain('hubspot');
    await hub.callUnderWay();
    const second = await hub.say('bob', { country: 'Chile' });
    hub.clock.forward(2_000);
    await Promise.all([stopping.close(), drained]);
    expect(await hub.mark(first)).toMatchObject({ outcome: 'delivered', due_at: null, claim: null });
    expect((await hub.mark(second))?.due_at).not.toBeNull();
    expect(hub.upserts()).toHaveLength(1);
    await hub.drain(hub.core, 0); // the lease was given back
    expect(await hub.mark(second)).toMatchObject({ outcome: 'delivered' });
  });
});

describe('a drain that was away so long that another one took over', () => {
  it('leaves the rest to the other one', async () => {
    await hub.say('ada', { country: 'Peru' });
    await hub.fault({ delayMs: 300 });
    hub.clock.forward(2_000);
    const drained = hub.core.delivery.drain('hubspot');
    await hub.callUnderWay();
    await hub.rows(`UPDATE destination_states SET drainer = gen_random_uuid(), drained_until = 'infinity'`);
    const late = await hub.say('bob', { country: 'Chile' });
    hub.clock.forward(2_000);
    await drained;
    expect(hub.upserts()).toHaveLength(1);
    expect((await hub.mark(late))?.due_at).not.toBeNull();
  });
});

describe('what PostgreSQL holds of a delivery', () => {
  it('never goes back from a later version to an earlier one', async () => {
    const id = await hub.say('ada', { country: 'Peru' });
    await hub.drain();
    await hub.rows(`UPDATE remote_records SET delivered_version = 99, fields = '{}'`);
    await hub.core.get(SyncMarks).makeDue('hubspot', [id], hub.clock.now());
    await hub.drain();
    expect(await hub.rows(`SELECT delivered_version, fields FROM remote_records`)).toEqual([
      { delivered_version: 99, fields: {} },
    ]);
  });
});
