import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { queriesByKey, soqlText } from './soql-text.js';

/** The characters that could end a text too early, or cannot stand in an address. */
const awkward = fc.constantFrom("'", '\\', '\n', '\r', '#', '&', 'n', 'ü', '😀', '\ud800');

describe('a SOQL literal', () => {
  it('ends only at its own closing quote', () => {
    fc.assert(
      fc.property(fc.string({ unit: awkward }), (text) => {
        const inside = soqlText(text).slice(1, -1);
        return /^(?:[^'\\\n\r]|\\[\\'nr])*$/u.test(inside);
      }),
    );
  });

  it('escapes the backslash before the quote', () => {
    expect(soqlText("\\' OR Name != '")).toBe(String.raw`'\\\' OR Name != \''`);
  });
});

describe('queries by key', () => {
  it('name every key once and stay short enough for an address', () => {
    const keys = fc.array(fc.string({ minLength: 1, maxLength: 255, unit: awkward }), { maxLength: 200 });
    fc.assert(
      fc.property(keys, (list) => {
        const queries = queriesByKey('Contact', ['Id', 'Key__c'], 'Key__c', list);
        const named = queries.map((soql) => soql.slice(soql.indexOf('(') + 1, -1)).filter((part) => part !== '');
        return (
          named.join(',') === list.map(soqlText).join(',') &&
          queries.every((soql) => encodeURIComponent(soql).length <= 16_000)
        );
      }),
      { numRuns: 50 },
    );
  });

  it('are several when the keys are long', () => {
    const keys = Array.from({ length: 200 }, (_, index) => `${index}-`.padEnd(250, 'ü'));
    const queries = queriesByKey('Contact', ['Id'], 'Key__c', keys);
    expect(queries.length).toBeGreaterThan(1);
    for (const soql of queries) expect(encodeURIComponent(soql).length).toBeLessThan(16_000);
  });

  it('are one for 200 ids of ours, and none for no record', () => {
    const ids = Array.from({ length: 200 }, () => crypto.randomUUID());
    expect(queriesByKey('Contact', ['Id'], 'Parley_Id__c', ids)).toHaveLength(1);
    expect(queriesByKey('Contact', ['Id'], 'Parley_Id__c', [])).toEqual([]);
  });
});
