import { describe, expect, it } from 'vitest';
import { inputsOf } from './inputs.js';
import { ruleSchema } from './rule.js';
import { nothingNew, SegmentIndex, type SegmentNews } from './segment-index.js';

const conditions: readonly object[] = [
  { attribute: 'plan', operator: 'known' },
  { tags: 'anyOf', value: ['vip'] },
  { consent: 'email', operator: 'is', value: 'granted' },
  { events: { names: ['order'] }, measure: 'count', operator: 'atLeast', value: 1 },
  { sequence: { names: ['cart'] }, then: 'did', events: { names: ['order'] }, after: { hours: 1 } },
  { segment: 'other', operator: 'in' },
  { channel: 'last', operator: 'anyOf', value: ['web'] },
  { profile: 'lastEventAt', operator: 'inLast', value: { days: 1 } },
  { percentile: 'top', percent: 5, attribute: 'spend' },
  { random: 10 },
];
const rules = conditions.map((condition) =>
  ruleSchema.parse({ version: 1, timeZone: { attribute: 'zone', otherwise: 'UTC' }, all: [condition] }),
);
const index = new SegmentIndex(rules.map((rule) => ({ inputs: inputsOf(rule, 'UTC') })));
const all = rules.map((_rule, place) => place);

/** The kinds of condition that are asked again. */
function touchedBy(news: Partial<Omit<SegmentNews, 'everything'>>): string[] {
  const places = new Set<number>();
  index.touched({ ...nothingNew, ...news }, places);
  return [...places].sort((left, right) => left - right).map((place) => Object.keys(conditions[place] ?? {})[0] ?? '');
}

describe('what is new', () => {
  it.each([
    ['an attribute', { attributes: ['plan'] }, ['attribute']],
    ['an attribute that nothing looks at', { attributes: ['shoe size'] }, []],
    ['the number that a percentile is about', { attributes: ['spend'] }, ['percentile']],
    ['tags', { tags: true }, ['tags']],
    ['a consent', { purposes: ['email'] as const }, ['consent']],
    ['a consent that nothing looks at', { purposes: ['sms'] as const }, []],
    ['an event', { events: ['order'] }, ['events', 'sequence', 'channel', 'profile']],
    ['the event that a sequence begins with', { events: ['cart'] }, ['sequence', 'channel', 'profile']],
    ['an event that no rule names', { events: ['visit'] }, ['channel', 'profile']],
    ['another segment', { segments: ['other'] }, ['segment']],
    ['nothing', {}, []],
  ])('%s: only rules that look at it are asked again', (_what, news, expected) =>
    expect(touchedBy(news)).toEqual(expected),
  );

  it('the attribute that names the zone: every rule that takes it', () =>
    expect(touchedBy({ attributes: ['zone'] })).toHaveLength(all.length));
});
