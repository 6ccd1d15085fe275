import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyProfile, trickyNames, update, updatesInTime } from '../../test/support/profiles.js';
import { applyEvent, type ProfileUpdate } from './apply-event.js';
import type { Profile } from './profile.js';

const told = (updates: readonly ProfileUpdate[], from: Profile = emptyProfile()): Profile =>
  updates.reduce((profile, each) => applyEvent(profile, each).profile, from);

const shuffled = updatesInTime.chain((updates) =>
  fc.tuple(
    fc.constant(updates),
    fc.shuffledSubarray(updates, { minLength: updates.length, maxLength: updates.length }),
  ),
);

describe('attributes', () => {
  it('keeps each value with the event that set it and when that happened', () => {
    const { profile, changedAttributes } = applyEvent(
      emptyProfile(),
      update(5, { attributes: [{ key: 'plan', value: 'pro' }] }),
    );
    expect(profile.attributes).toEqual({ plan: 'pro' });
    expect(profile.attributeProvenance).toEqual({ plan: ['event-000005', 5_000] });
    expect(changedAttributes).toEqual(['plan']);
  });

  it('lets an event that happened earlier and arrives later change nothing that is newer, and fill what is missing', () => {
    const profile = told([
      update(5, { attributes: [{ key: 'plan', value: 'pro' }] }),
      update(3, {
        attributes: [
          { key: 'plan', value: 'free' },
          { key: 'city', value: 'Lima' },
        ],
      }),
    ]);
    expect(profile.attributes).toEqual({ plan: 'pro', city: 'Lima' });
    expect(profile.attributeProvenance.plan).toEqual(['event-000005', 5_000]);
  });

  it('lets a value beat any other, or none, where its source says so', () => {
    const profile = told([
      update(5, {
        attributes: [
          { key: 'plan', value: 'pro' },
          { key: 'city', value: 'Lima' },
        ],
      }),
      update(3, {
        attributes: [
          { key: 'plan', value: 'free', beats: 'any' },
          { key: 'city', value: 'Rome', beats: 'none' },
          { key: 'owner', value: 'Bo', beats: 'none' },
        ],
      }),
      update(7, { attributes: [{ key: 'city', value: 'Oslo', beats: 'none' }] }),
    ]);
    expect(profile.attributes).toEqual({ plan: 'free', city: 'Lima', owner: 'Bo' });
  });

  it('takes the later arrival of two facts of the same moment', () => {
    const at = new Date(5_000);
    const profile = told([
      update(1, { at, attributes: [{ key: 'plan', value: 'pro' }] }),
      update(2, { at, attributes: [{ key: 'plan', value: 'free' }] }),
    ]);
    expect(profile.attributes.plan).toBe('free');
  });

  it('reports no change when the value is the one it had, yet notes who said it last', () => {
    const before = told([update(1, { attributes: [{ key: 'likes', value: ['tea', 'rye'] }] })]);
    const { profile, changedAttributes } = applyEvent(
      before,
      update(2, { attributes: [{ key: 'likes', value: ['tea', 'rye'] }] }),
    );
    expect(changedAttributes).toEqual([]);
    expect(profile.attributeProvenance.likes).toEqual(['event-000002', 2_000]);
  });

  it('names an attribute once that an event sets twice', () => {
    const twice = update(1, {
      attributes: [
        { key: 'plan', value: 'pro' },
        { key: 'plan', value: 'free' },
      ],
    });
    expect(applyEvent(emptyProfile(), twice)).toMatchObject({
      changedAttributes: ['plan'],
      profile: { attributes: { plan: 'free' } },
    });
  });

  it.each(trickyNames)('treats %s as a name like any other', (key) => {
    const { profile, changedAttributes } = applyEvent(
      emptyProfile(),
      update(1, { attributes: [{ key, value: 'x' }], tagsAdded: [key] }),
    );
    expect(changedAttributes).toEqual([key]);
    expect(JSON.parse(JSON.stringify(profile.attributes))).toEqual(JSON.parse(`{"${key}":"x"}`));
    expect(profile.tags).toEqual([key]);
    expect(applyEvent(profile, update(2, { tagsRemoved: [key] })).profile.tags).toEqual([]);
  });
});

describe('tags', () => {
  it('does not bring a tag back that was taken away later', () => {
    const profile = told([update(5, { tagsRemoved: ['vip'] }), update(3, { tagsAdded: ['vip'] })]);
    expect(profile.tags).toEqual([]);
    expect(profile.tagProvenance.vip).toEqual(['event-000005', 5_000, false]);
  });

  it('keeps a tag that one event both takes away and puts there', () => {
    expect(told([update(1, { tagsAdded: ['vip'], tagsRemoved: ['vip'] })]).tags).toEqual(['vip']);
  });

  it('reports a change of tags only when the set is another one', () => {
    const before = told([update(1, { tagsAdded: ['b', 'a'] })]);
    expect(before.tags).toEqual(['a', 'b']);
    expect(applyEvent(before, update(2, { tagsAdded: ['a'] })).tagsChanged).toBe(false);
    expect(applyEvent(before, update(2, { tagsRemoved: ['x'] })).tagsChanged).toBe(false);
    expect(applyEvent(before, update(2, { tagsRemoved: ['a'] })).tagsChanged).toBe(true);
  });
});

describe('any events at distinct moments', () => {
  it('give the same profile in whatever order they arrive', () => {
    fc.assert(
      fc.property(shuffled, ([inTime, arrived]) => {
        expect(told(arrived)).toEqual(told(inTime));
      }),
    );
  });

  it('leave, for each attribute, the value of the newest one that speaks of it', () => {
    fc.assert(
      fc.property(shuffled, ([inTime, arrived]) => {
        const { attributes } = told(arrived);
        for (const key of trickyNames) {
          const newest = inTime.findLast((each) => each.attributes.some((said) => said.key === key));
          const expected = newest?.attributes.find((said) => said.key === key)?.value;
          expect(Object.hasOwn(attributes, key) ? attributes[key] : undefined).toEqual(expected);
        }
      }),
    );
  });

  it('change nothing when they are told a second time', () => {
    fc.assert(
      fc.property(updatesInTime, (updates) => {
        const once = told(updates);
        for (const each of updates) {
          const { changedAttributes, tagsChanged } = applyEvent(once, each);
          expect({ changedAttributes, tagsChanged }).toEqual({ changedAttributes: [], tagsChanged: false });
        }
      }),
    );
  });

  it('never alter the profile they are applied to', () => {
    fc.assert(
      fc.property(updatesInTime, updatesInTime, (first, second) => {
        const before = told(first);
        const copy = structuredClone(before);
        told(second, before);
        expect(before).toEqual(copy);
      }),
    );
  });
});
