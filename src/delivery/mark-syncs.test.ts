import { expect, it } from 'vitest';
import { isNewsFor, type ProfileNews } from './mark-syncs.js';

const quiet: ProfileNews = {
  everything: false,
  attributes: new Set(),
  tags: false,
  consents: false,
  identities: false,
  segments: [],
};
const interest = {
  attributes: new Set(['plan', 'email']),
  tags: true,
  consents: false,
  identities: true,
  segments: new Set(['vip']),
};

it.each([
  ['an attribute the mapping looks at', { attributes: new Set(['city', 'plan']) }, true],
  ['another attribute', { attributes: new Set(['city']) }, false],
  ['tags, where they are mapped', { tags: true }, true],
  ['a consent nobody there reads', { consents: true }, false],
  ['an id at a chat platform the mapping names', { identities: true }, true],
  ['a segment it sends', { segments: ['vip'] }, true],
  ['another segment', { segments: ['peru'] }, false],
  ['everything, because two profiles became one', { everything: true }, true],
  ['nothing', {}, false],
])('news of %s counts: %o → %s', (_what, news, expected) => {
  expect(isNewsFor(interest, { ...quiet, ...news })).toBe(expected);
});
