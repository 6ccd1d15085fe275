import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillIn, namesUsed, templateProblem } from './template.js';

const reader = { locale: 'es', timeZone: 'Europe/Madrid' };
const english = { locale: 'en-GB', timeZone: 'UTC' };
const plainSpaces = (text: string): string => text.replace(/\s/g, ' ');

const data = {
  firstName: 'zoë',
  budget: 1234.5,
  rate: 0.125,
  birthday: '1990-02-28',
  visit: '2026-03-01T23:30:00.000Z',
  interests: ['a', 'b', 'c'],
  tags: ['vip', 'new'],
  points: 1,
  empty: '',
  html: '<b>"Tom & Ann"</b>',
};
const filled = (text: string, as = reader): string => plainSpaces(fillIn(text, data, as));

describe('a template', () => {
  it.each([
    ['{{firstName}}', 'zoë'],
    ['{{capital firstName}} {{upper firstName}}', 'Zoë ZOË'],
    ['{{missing}}|{{default missing empty "friend"}}', '|friend'],
    ['{{money budget "EUR"}}', '1234,50 €'],
    ['{{number budget 0}} {{percent rate 1}}', '1235 12,5 %'],
    ['{{date birthday "long"}}', '28 de febrero de 1990'],
    ['{{date visit "long"}} {{time visit}}', '2 de marzo de 2026 0:30'],
    ['{{list interests}} {{list interests "or"}} {{join interests "/"}}', 'a, b y c a, b o c a/b/c'],
    [
      '{{plural points one="# punto" other="# puntos"}} {{plural budget one="x" other="# puntos"}}',
      '1 punto 1234,5 puntos',
    ],
    ['{{#if (has tags "vip")}}VIP{{else}}-{{/if}} {{#unless missing}}no{{/unless}}', 'VIP no'],
    ['{{#if (and (gt budget 1000) (lte budget 2000))}}yes{{/if}}', 'yes'],
    ['{{#if (or (eq firstName "x") (not empty))}}yes{{/if}}', 'yes'],
    ['{{#each interests}}{{this}};{{/each}}', 'a;b;c;'],
    ['{{short html 8}} {{url firstName}}', '<b>"Tom… zo%C3%AB'],
    ['{{html}}', '<b>"Tom & Ann"</b>'],
  ])('fills in %s', (template, expected) => {
    expect(templateProblem(template)).toBeNull();
    expect(filled(template)).toBe(expected);
  });

  it('writes numbers and dates as their reader does', () => {
    expect(filled('{{money budget "GBP"}} {{date birthday "short"}} {{time visit}}', english)).toBe(
      '£1,234.50 28/02/1990 23:30',
    );
  });

  it('leaves what is no date and no number as it is', () => {
    expect(filled('{{date firstName}} {{number firstName}} {{money firstName "EUR"}} {{time birthday}}.')).toBe(
      'zoë zoë zoë .',
    );
  });

  it.each([
    ['{{lookup tags "constructor"}}', 'no helper "lookup"'],
    ['{{#with tags}}x{{/with}}', 'a block is one of'],
    ['{{log "x"}}', 'no helper "log"'],
    ['{{> other}}', 'partials'],
    ['{{* decorator}}', 'decorators'],
    ['{{#if x}}', 'is no template'],
    ['{{firstName', 'is no template'],
    ['a\n  {{shout firstName}}', 'line 2, column 3: there is no helper "shout"'],
    ['{{if a b}}', 'is written {{#if'],
    ['{{event}}', 'say which one'],
  ])('is refused: %s', (template, problem) => {
    expect(templateProblem(template)).toContain(problem);
    expect(fillIn(template, data, reader)).toBe('');
  });

  it.each([
    '{{constructor}}',
    '{{constructor.name}}',
    '{{__proto__}}',
    '{{tags.constructor}}',
    '{{interests.__proto__}}',
    '{{firstName.constructor.constructor}}',
    '{{tags.map}}',
    '{{toString}}',
    '{{this.constructor}}',
    '{{@root.constructor}}',
    '{{#each (default constructor)}}x{{/each}}',
  ])('reaches nothing that every object has: %s', (template) => {
    expect(fillIn(template, data, reader)).toBe('');
  });

  it('says which names it uses, so that a slip of the pen is found', () => {
    expect(
      namesUsed('{{firstName}} {{#if (gt budget 1)}}{{attributes.plan}}{{/if}}{{#each tags}}{{this}}{{/each}}'),
    ).toEqual(['firstName', 'budget', 'attributes.plan', 'tags']);
  });

  it('never throws and never says undefined, whatever a profile holds', () => {
    const value = fc.oneof(
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.array(fc.string()),
      fc.constantFrom('2026-13-45', '2026-02-30T99:00:00Z', '', null, undefined),
    );
    const everything =
      '{{x}}{{date x}}{{time x}}{{datetime x "full"}}{{number x}}{{number x 99}}{{money x "EUR"}}{{money x "?"}}{{percent x}}{{list x}}{{join x}}' +
      '{{upper x}}{{lower x}}{{capital x}}{{short x 3}}{{url x}}{{default x}}{{plural x other="#"}}{{#if (gt x 1)}}{{/if}}{{#each x}}{{/each}}{{#if (has x x)}}{{/if}}';
    fc.assert(
      fc.property(value, (x) => {
        const text = fillIn(everything, { x }, english);
        const own = typeof x === 'string' ? x : '';
        expect(text.replaceAll(own, '')).not.toMatch(/undefined|\[object/);
      }),
    );
  });
});
