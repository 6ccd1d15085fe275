import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { known, outgoing } from './test-support.js';
import { writeTags } from './tags.js';
import type { DescribedField } from './wire.js';

const field: DescribedField = {
  name: 'Chat_Tags__c',
  label: 'Chat Tags',
  type: 'multipicklist',
  length: 4_099,
  precision: 0,
  scale: 0,
  createable: true,
  updateable: true,
  nillable: true,
  defaultedOnCreate: false,
  externalId: false,
  unique: false,
  caseSensitive: false,
  restrictedPicklist: false,
  picklistValues: [],
};
const tag = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const tags = fc.uniqueArray(tag);

describe('the tags field', () => {
  it('loses nothing that people added, holds what we add, and not what we take away', () => {
    fc.assert(
      fc.property(tags, tags, tags, (present, add, removeToo) => {
        const remove = removeToo.filter((one) => !add.includes(one));
        const record = outgoing('a', { known: known(), tagsToAdd: add, tagsToRemove: remove, tags: add });
        const { value } = writeTags(record, present.join(';'), field);
        const expected = new Set([...present.filter((one) => !remove.includes(one)), ...add]);
        const written = new Set(value === undefined ? present : value === null ? [] : value.split(';'));
        return written.symmetricDifference(expected).size === 0;
      }),
    );
  });

  it('is left alone when it holds the wanted tags in another order', () => {
    const record = outgoing('a', { known: known(), tagsToAdd: ['b', 'a'], tags: ['a', 'b'] });
    expect(writeTags(record, 'a;b', field).value).toBeUndefined();
  });

  it('does not get back what a person took away by hand', () => {
    const record = outgoing('a', { known: known(), tagsToAdd: ['b'], tags: ['a', 'b'] });
    expect(writeTags(record, 'x', field).value).toBe('x;b');
  });

  it('is emptied when the last tag goes', () => {
    const record = outgoing('a', { known: known(), tagsToRemove: ['a'], tags: [] });
    expect(writeTags(record, 'a', field).value).toBeNull();
  });

  it('gets all our tags on a record that is not there', () => {
    const record = outgoing('a', { known: known(), tagsToAdd: ['b'], tags: ['a', 'b'] });
    expect(writeTags(record, null, field).value).toBe('a;b');
  });
});
