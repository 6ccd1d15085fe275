import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TypedValue } from '../profiles/attribute.js';
import { changedFields, tagDifference } from './compare.js';

const value: fc.Arbitrary<TypedValue> = fc.oneof(
  fc.string().map((text) => ({ type: 'string', value: text }) as const),
  fc.integer().map((number) => ({ type: 'number', value: number }) as const),
  fc.array(fc.constantFrom('a', 'b', 'c')).map((list) => ({ type: 'list', value: list }) as const),
);
const fields = fc.dictionary(fc.constantFrom('one', 'two', 'constructor', 'toString'), fc.option(value));

describe('what differs', () => {
  it('is every field the destination does not hold so, of the same type', () => {
    const held = { plan: { type: 'string', value: '1' }, city: { type: 'string', value: 'Lima' } } as const;
    const wanted = { plan: { type: 'number', value: 1 }, city: held.city, name: null } as const;
    expect(changedFields(wanted, held)).toEqual({ plan: wanted.plan, name: null });
  });

  it('takes no notice of the order of a list, nor of repetitions in it', () => {
    const list = (...items: string[]) => ({ likes: { type: 'list', value: items } }) as const;
    expect(changedFields(list('a', 'b', 'a'), list('b', 'a'))).toEqual({});
    expect(changedFields(list('a', 'b'), list('a'))).toEqual(list('a', 'b'));
  });

  it('tells a cleared field from one that is not held', () => {
    expect(changedFields({ plan: null }, { plan: null })).toEqual({});
    expect(changedFields({ plan: null }, {})).toEqual({ plan: null });
  });

  it('is nothing between a record and itself, also after a way through JSON', () => {
    fc.assert(
      fc.property(fields, (record) => {
        expect(changedFields(record, JSON.parse(JSON.stringify(record)) as typeof record)).toEqual({});
      }),
    );
  });

  it('is nothing any more once it has been written', () => {
    fc.assert(
      fc.property(fields, fields, (wanted, held) => {
        const written = { ...held, ...changedFields(wanted, held) };
        expect(changedFields(wanted, written)).toEqual({});
      }),
    );
  });
});

describe('tags', () => {
  const tags = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'constructor'));

  it('end up as wanted when what is missing is added and what is ours and gone is taken away', () => {
    fc.assert(
      fc.property(tags, tags, (wanted, ours) => {
        const { add, remove } = tagDifference(wanted, ours);
        const result = [...ours.filter((tag) => !remove.includes(tag)), ...add];
        expect(result.toSorted()).toEqual(wanted.toSorted());
        for (const tag of remove) expect(ours).toContain(tag);
      }),
    );
  });
});
