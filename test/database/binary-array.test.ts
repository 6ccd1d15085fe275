import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intArray, jsonbArray, textArray, timestampArray, uuidArray } from '../../src/database/binary-array.js';
import { testDatabase } from '../support/database.js';

const database = testDatabase();

/** What PostgreSQL makes of an array in binary form. */
async function received(type: string, array: Buffer): Promise<unknown[]> {
  const rows = await database.dataSource.query<{ value: unknown }[]>(
    `SELECT value FROM unnest($1::${type}[]) WITH ORDINALITY AS t (value, place) ORDER BY place`,
    [array],
  );
  return rows.map(({ value }) => value);
}

const storable = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\u0000'));
const orNull = <T>(values: fc.Arbitrary<T>) => fc.array(fc.option(values), { maxLength: 20 });

describe('an array in binary form', () => {
  it.each([
    ['text', textArray, orNull(storable)],
    ['uuid', uuidArray, orNull(fc.uuid())],
    ['int4', intArray, orNull(fc.integer())],
    [
      'timestamptz',
      timestampArray,
      orNull(fc.date({ min: new Date('1900-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })),
    ],
  ] as const)('of %s arrives as it was, empty ones and null too', async (type, encode, values) => {
    await fc.assert(
      fc.asyncProperty(values as fc.Arbitrary<null[]>, async (items) => {
        expect(await received(type, encode(items))).toEqual(items);
      }),
      { numRuns: 30 },
    );
  });

  it('of JSON arrives as it was', async () => {
    const json = fc.array(fc.dictionary(storable, fc.oneof(storable, fc.integer(), fc.constant(null))), {
      maxLength: 10,
    });
    await fc.assert(
      fc.asyncProperty(json, async (items) => {
        expect(await received('jsonb', jsonbArray(items.map((item) => JSON.stringify(item))))).toEqual(
          items.map((item) => JSON.parse(JSON.stringify(item)) as unknown),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('is refused, and not stored as something else, where a value is none of its type', async () => {
    await expect(received('uuid', uuidArray(['']))).rejects.toThrow();
    await expect(received('uuid', uuidArray(['0197-not-a-uuid']))).rejects.toThrow();
    await expect(received('uuid', uuidArray(['019a0000-0000-7000-8000-00000000000g']))).rejects.toThrow();
    await expect(received('text', textArray(['a\u0000b']))).rejects.toThrow();
    await expect(received('jsonb', jsonbArray(['{']))).rejects.toThrow();
    expect(() => timestampArray([new Date(Number.NaN)])).toThrow();
    expect(() => intArray([2 ** 31])).toThrow();
  });
});

describe('what is out of the ordinary', () => {
  it('arrives as well: instants a number of microseconds cannot hold, arrays larger than the room kept for them', async () => {
    const instants = [new Date('0401-01-01T00:00:00.001Z'), new Date('9999-12-31T23:59:59.999Z')];
    expect(await received('timestamptz', timestampArray(instants))).toEqual(instants);
    const texts = ['ä'.repeat(400_000), 'b'];
    expect(await received('text', textArray(texts))).toEqual(texts);
  });

  it('does not change an array that was made before another one', () => {
    const first = intArray([1, 2, 3]);
    const before = Buffer.from(first);
    intArray([4, 5, 6]);
    expect(first).toEqual(before);
  });
});
