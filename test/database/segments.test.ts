import { describe, expect, it } from 'vitest';
import { Percentiles } from '../../src/recalculation/percentiles.service.js';
import { SegmentDirectory } from '../../src/segments/segment-directory.service.js';
import { email, incoming, subscriber } from '../support/core.js';
import { minute, day, rehearseSegments } from '../support/segments.js';

const { clock, core, rows, define, backfill, say, stays } = rehearseSegments();

describe('a segment', () => {
  it('is known in the answer to the message that decides it, and left again in the answer to the next one', async () => {
    await define({ peru: { all: [{ attribute: 'country', operator: 'equals', value: 'Peru' }] } });
    expect((await say('ada', { country: 'Peru' })).segments).toEqual(['peru']);
    const { id, segments } = await say('ada', { country: 'Chile' });
    expect(segments).toEqual([]);
    expect(await stays(id)).toMatchObject([{ segment: 'peru', entered_by: 'event', left_by: 'event' }]);
  });

  it('may ask for other segments, which are decided before it', async () => {
    await define({
      a: { all: [{ segment: 'b', operator: 'in' }] },
      b: { all: [{ attribute: 'country', operator: 'equals', value: 'Peru' }] },
      c: { none: [{ segment: 'a', operator: 'in' }] },
    });
    expect((await say('ada', { country: 'Peru' })).segments).toEqual(['a', 'b']);
    expect((await say('ada', { country: 'Chile' })).segments).toEqual(['c']);
  });

  it('counts the events of the very batch that is decided', async () => {
    await define({
      talker: { all: [{ events: { names: ['message'] }, measure: 'count', operator: 'atLeast', value: 3 }] },
    });
    expect((await say('ada')).segments).toEqual([]);
    await say('ada');
    expect((await say('ada')).segments).toEqual(['talker']);
  });

  it('is not asked about what it does not look at', async () => {
    await define({ peru: { all: [{ attribute: 'country', operator: 'equals', value: 'Peru' }] } });
    const { id } = await say('ada', { country: 'Peru' });
    const before = await rows('SELECT version FROM profiles WHERE id = $1', [id]);
    await say('ada', { city: 'Lima' });
    expect(await stays(id)).toHaveLength(1);
    expect(before).toEqual([{ version: 1 }]);
  });

  it('about days works for an attribute that nobody had heard of, whichever kind of moment then arrives', async () => {
    await define({ soon: { all: [{ attribute: 'dueNow', operator: 'inNext', value: { days: 7 } }] } });
    const value = new Date(clock.now().getTime() + day).toISOString();
    const due = { key: 'dueNow', label: 'dueNow', type: 'datetime', value } as const;
    const [first] = await core().submit(incoming('ada', { attributes: [due] }));
    expect(first?.segments).toEqual(['soon']);
    const [second] = await core().submit(incoming('eve', { attributes: [due] }));
    expect(second?.segments).toEqual(['soon']);
  });

  it('is kept, with many others, by whoever says something that none of them looks at', async () => {
    const keys = Array.from({ length: 30 }, (_unused, n) => `s${String(n).padStart(2, '0')}`);
    await define(Object.fromEntries(keys.map((key) => [key, { all: [{ attribute: 'country', operator: 'known' }] }])));
    const { id } = await say('ada', { country: 'Peru' });
    expect((await say('ada', { city: 'Lima' })).segments).toEqual(keys);
    const [stored] = await rows<{ version: number; city: string; segments: object }>(
      `SELECT version, attributes ->> 'city' AS city, segments FROM profiles WHERE id = $1`,
      [id],
    );
    expect(stored).toMatchObject({ version: 2, city: 'Lima' });
    expect(Object.keys(stored?.segments ?? {}).sort()).toEqual(keys);
  });

  it('that asks for itself in a circle is refused', async () => {
    await expect(
      define({ a: { all: [{ segment: 'b', operator: 'in' }] }, b: { all: [{ segment: 'a', operator: 'in' }] } }),
    ).rejects.toMatchObject({ status: 422 });
  });
});

describe('two people who turn out to be one', () => {
  it('have been in a segment since the first of them was', async () => {
    await define({ peru: { all: [{ attribute: 'country', operator: 'equals', value: 'Peru' }] } });
    const first = await say('ada', { country: 'Peru' });
    const since = clock.now();
    clock.forward(minute);
    await say('ada@web', { country: 'Peru' });
    clock.forward(minute);
    const both = [email('ada@example.com')];
    await core().submit(incoming('ada', { identities: [subscriber('ada'), ...both] }));
    const [merged] = await core().submit(incoming('ada@web', { identities: [subscriber('ada@web'), ...both] }));
    expect(merged?.segments).toEqual(['peru']);
    const open = (await stays(merged?.profileId ?? '')).filter(({ left_at }) => left_at === null);
    expect(open).toMatchObject([{ segment: 'peru', entered_at: since }]);
    expect(first.id).toBeTruthy();
  });

  it('are in it once, also when two of three had entered together and the one who remains had not', async () => {
    await define({ peru: { all: [{ attribute: 'country', operator: 'equals', value: 'Peru' }] } });
    const oldest = await say('ada', { city: 'Lima' });
    clock.forward(minute);
    await Promise.all([say('ada@web', { country: 'Peru' }), say('ada@app', { country: 'Peru' })]);
    const since = clock.now();
    clock.forward(minute);
    const all = ['ada', 'ada@web', 'ada@app'].map(subscriber);
    const [merged] = await core().submit(incoming('ada', { identities: all }));
    expect(merged).toMatchObject({ profileId: oldest.id, segments: ['peru'] });
    expect(await stays(oldest.id)).toMatchObject([{ segment: 'peru', entered_at: since, left_at: null }]);
    expect(await rows('SELECT count(*)::int AS count FROM segment_memberships')).toEqual([{ count: 1 }]);
  });
});

describe('the top few percent', () => {
  it('are found on a schedule, and asked again when the threshold has moved', async () => {
    for (let spend = 1; spend <= 20; spend += 1)
      await core().submit(
        incoming(`p${String(spend)}`, { attributes: [{ key: 'spend', label: 'spend', type: 'number', value: spend }] }),
      );
    await define({ best: { all: [{ percentile: 'top', percent: 10, attribute: 'spend' }] } });
    await core().get(Percentiles).refresh();
    await core().get(SegmentDirectory).onModuleInit();
    await backfill();
    const top = await rows<{ spend: number }>(
      `SELECT (attributes ->> 'spend')::int AS spend FROM profiles WHERE segments ? 'best' ORDER BY 1`,
    );
    expect(top.map(({ spend }) => spend)).toEqual([19, 20]);
  });
});
