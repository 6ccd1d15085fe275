import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RestError } from './rest-error.js';
import { parseSoql } from './soql.js';

/** The characters that could end a text too early. */
const awkward = fc.constantFrom("'", '\\', '\n', '"', ' ', 'n', 'ü', '😀');

const refusalOf = (soql: string): unknown => {
  try {
    return parseSoql(soql);
  } catch (error) {
    return error instanceof RestError ? error.entries[0] : error;
  }
};

describe('the SOQL the sandbox reads', () => {
  it('is a list of fields, conditions that all hold, and a limit', () => {
    const query = parseSoql(
      "select Id, Email from Contact where Email = 'a@b.test' and Plan__c in ('free', 'pro') limit 5",
    );
    expect(query).toMatchObject({
      fields: [{ name: 'Id' }, { name: 'Email' }],
      from: 'Contact',
      conditions: [
        { field: 'Email', oneOf: ['a@b.test'] },
        { field: 'Plan__c', oneOf: ['free', 'pro'] },
      ],
      limit: 5,
    });
  });

  it('has texts, numbers, booleans and null as values', () => {
    const { conditions } = parseSoql("SELECT Id FROM Contact WHERE F IN ('x', -1.5, TRUE, false, null)");
    expect(conditions[0]?.oneOf).toEqual(['x', -1.5, true, false, null]);
  });

  it('gives every text back as it was quoted', () => {
    fc.assert(
      fc.property(fc.string({ unit: awkward }), (text) => {
        const quoted = text.replace(/[\\']/g, (character) => `\\${character}`).replaceAll('\n', '\\n');
        return parseSoql(`SELECT Id FROM Contact WHERE F = '${quoted}'`).conditions[0]?.oneOf[0] === text;
      }),
    );
  });

  it.each([
    ['SELECT Id FORM Contact', 'FORM', 11],
    ['SELECT FROM Contact', 'Contact', 13],
    ["SELECT Id FROM Contact WHERE Email LIKE 'a%'", 'LIKE', 36],
    ["SELECT Id FROM Contact WHERE Email = 'a", "'", 38],
    ['SELECT Id FROM Contact ORDER BY Id', 'ORDER', 24],
    ['SELECT Id FROM Contact LIMIT x', 'x', 30],
    ['', '<EOF>', 1],
  ])('is nothing else: %s', (soql, token, column) => {
    expect(refusalOf(soql)).toMatchObject({
      errorCode: 'MALFORMED_QUERY',
      message: `\n${soql}\n${' '.repeat(column - 1)}^\nERROR at Row:1:Column:${column}\nunexpected token: '${token}'`,
    });
  });
});
