import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyProfile, trickyNames, update, updatesInTime } from '../../test/support/profiles.js';
import type { Consents } from '../consent/consent.js';
import { applyEvent, type ProfileUpdate } from './apply-event.js';
import { mergeProfiles } from './merge-profiles.js';
import type { Profile } from './profile.js';

const person = (updates: readonly ProfileUpdate[], more: Partial<Profile> = {}): Profile => ({
  ...updates.reduce((profile, each) => applyEvent(profile, each).profile, emptyProfile()),
  ...more,
});
const known = ({ attributes, attributeProvenance, tags, tagProvenance, consents }: Profile) => ({
  attributes,
  attributeProvenance,
  tags,
  tagProvenance,
  consents,
});

const moment = fc.integer({ min: 1, max: 4 }).map((n) => new Date(n * 1_000).toISOString());
const consent = fc.record(
  {
    status: fc.constantFrom('granted' as const, 'revoked' as const),
    at: moment,
    source: fc.constant('bot'),
    event: fc.constantFrom('e1', 'e2', 'e3'),
  },
  { requiredKeys: ['status', 'at', 'source', 'event'] },
);
const consents: fc.Arbitrary<Consents> = fc.record({ email: consent, sms: consent }, { requiredKeys: [] });
const people = fc
  .tuple(updatesInTime, fc.infiniteStream(fc.boolean()), consents, consents)
  .map(([updates, coins, mine, theirs]) => {
    const [left, right]: [ProfileUpdate[], ProfileUpdate[]] = [[], []];
    for (const each of updates) (coins.next().value === true ? left : right).push(each);
    return { updates, left: person(left, { consents: mine }), right: person(right, { consents: theirs }) };
  });

describe('two profiles that are one person', () => {
  it('know the same, whichever of them survives', () => {
    fc.assert(
      fc.property(people, ({ left, right }) => {
        expect(known(mergeProfiles(left, right))).toEqual(known(mergeProfiles(right, left)));
      }),
    );
  });

  it('know what one profile would have known that heard everything', () => {
    fc.assert(
      fc.property(people, ({ updates, left, right }) => {
        const { attributes, tags } = mergeProfiles(left, right);
        expect({ attributes, tags }).toEqual({ attributes: person(updates).attributes, tags: person(updates).tags });
      }),
    );
  });

  it('learn nothing from being merged once more', () => {
    fc.assert(
      fc.property(people, ({ left, right }) => {
        const once = mergeProfiles(left, right);
        expect(known(mergeProfiles(once, right))).toEqual(known(once));
        expect(known(mergeProfiles(once, left))).toEqual(known(once));
      }),
    );
  });

  it('keep the id and the age of the survivor, the later last event, and a version above both', () => {
    const left = person([], { version: 3, createdAt: new Date(10), lastEventAt: new Date(20) });
    const right = person([], { id: 'other', version: 8, createdAt: new Date(11), lastEventAt: new Date(30) });
    expect(mergeProfiles(left, right)).toMatchObject({
      id: left.id,
      version: 9,
      createdAt: new Date(10),
      lastEventAt: new Date(30),
    });
  });

  it('keep a tag that the other one had taken away earlier, and not one it took away later', () => {
    const left = person([update(2, { tagsAdded: ['a', 'b'] })]);
    const right = person([update(1, { tagsRemoved: ['a'] }), update(3, { tagsRemoved: ['b'] })]);
    expect(mergeProfiles(left, right).tags).toEqual(['a']);
  });

  it.each(trickyNames)('keep the tag and the attribute %s', (name) => {
    const right = person([update(1, { tagsAdded: [name], attributes: [{ key: name, value: 1 }] })]);
    const merged = mergeProfiles(person([]), right);
    expect(merged.tags).toEqual([name]);
    expect(Object.entries(merged.attributes)).toEqual([[name, 1]]);
  });
});
