import { describe, expect, it } from 'vitest';
import { mappingOf } from '../../test/support/delivery.js';
import { interestOf, mappingSchema } from './mapping.js';

const problemsOf = (mapping: object): string[] =>
  mappingSchema
    .safeParse({ object: 'contacts', key: { from: 'email', to: 'email' }, ...mapping })
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

describe('a mapping', () => {
  it('may name an attribute as a plain text', () => {
    expect(mappingOf().key).toEqual({ from: { attribute: 'email' }, to: 'email' });
  });

  it('reads what it has written', () => {
    const mapping = mappingOf({ tags: { to: 'tags' }, requires: { consent: 'email' } });
    expect(mappingSchema.parse(JSON.parse(JSON.stringify(mapping)))).toEqual(mapping);
  });

  it('says what a value can come from, when it is none of that', () => {
    expect(problemsOf({ fields: [{ from: { tagg: 'vip' }, to: 'is_vip' }] })).toEqual([
      expect.stringMatching(/^fields\.0\.from: .*attribute.*tag.*consent.*profile.*constant/),
    ]);
  });

  it('fills no field twice, the key neither', () => {
    const fields = [
      { from: 'a', to: 'x' },
      { from: 'b', to: 'x' },
      { from: 'c', to: 'email' },
    ];
    expect(problemsOf({ fields })).toEqual([
      'fields.1.to: "x" is filled twice; each field has one origin',
      'fields.2.to: "email" is filled twice; each field has one origin',
    ]);
  });

  it.each([
    [{ fields: [{ from: { consent: 'fax' }, to: 'x' }] }, 'a purpose nobody knows'],
    [{ fields: [{ from: '', to: 'x' }] }, 'an attribute without a name'],
    [{ fields: [{ from: 'a', to: 'x', as: 'money' }] }, 'a type nobody knows'],
    [{ requires: { consent: 'fax' } }, 'a consent nobody knows'],
    [{ fields: [{ from: { tag: 'vip' }, to: 'x', direction: 'both' }] }, 'something read back that is no attribute'],
    [{ field: [] }, 'a misspelt word'],
  ])('is refused with %o: %s', (mapping: object, _why) => {
    expect(problemsOf(mapping)).not.toEqual([]);
  });
});

describe('what a mapping looks at', () => {
  it('is its key, its attributes, and tags or consents where it uses them', () => {
    expect(interestOf(mappingOf(), false)).toEqual({
      attributes: new Set(['email', 'firstName', 'plan']),
      tags: false,
      consents: false,
      identities: false,
      segments: new Set(),
    });
    const read = mappingOf({ fields: [{ from: 'owner', to: 'o', direction: 'from' }] });
    expect(interestOf(read, false).attributes).toEqual(new Set(['email']));
    expect(interestOf(mappingOf({ tags: { to: 't' } }), false).tags).toBe(true);
    expect(interestOf(mappingOf({ fields: [{ from: { tag: 'vip' }, to: 'v' }] }), false).tags).toBe(true);
    expect(interestOf(mappingOf({ fields: [{ from: { consent: 'sms' }, to: 'v' }] }), false).consents).toBe(true);
    expect(interestOf(mappingOf({ requires: { consent: 'sms' } }), false).consents).toBe(true);
    expect(interestOf(mappingOf(), true).consents).toBe(true);
  });
});
