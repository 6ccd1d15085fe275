import { expect, it } from 'vitest';
import { applyEvent } from '../../src/profiles/apply-event.js';
import { mergeProfiles } from '../../src/profiles/merge-profiles.js';
import { emptyProfile, update } from '../support/profiles.js';

// A tag called `__proto__` vanished when it was set, and one called `constructor` when two profiles became one.
it.each(['__proto__', 'constructor', 'toString'])('keeps a tag called %s', (tag) => {
  const { profile } = applyEvent(emptyProfile(), update(1, { tagsAdded: [tag] }));
  expect(profile.tags).toEqual([tag]);
  expect(mergeProfiles(emptyProfile(), profile).tags).toEqual([tag]);
});
