import { describe, expect, it } from 'vitest';
import { mappingOf, person, text } from '../../test/support/delivery.js';
import type { AttributeType } from '../profiles/attribute.js';
import { mapProfile } from './map-profile.js';

const types: Readonly<Record<string, AttributeType>> = {
  born: 'date',
  seen: 'datetime',
  likes: 'list',
  size: 'number',
};
const sight = {
  typeOf: (key: string) => types[key],
  identities: new Map([['acme-manychat/contact', '77']]),
};
const ada = person(
  { email: ' ada@example.com ', firstName: 'Ada', born: '1815-12-10', likes: ['maths', 'tea'], size: 165 },
  {
    tags: ['vip', 'new'],
    segments: { peru: 1, best: 2 },
    createdAt: new Date('2026-01-01T00:00:00Z'),
    consents: { sms: { status: 'granted', at: '', source: '', event: '' } },
  },
);
const fieldsOf = (...fields: object[]) => mapProfile(ada, mappingOf({ fields }), sight);

describe('a mapped profile', () => {
  it('has each attribute with its declared type; one that nobody declared is a text', () => {
    const { fields } = fieldsOf({ from: 'firstName', to: 'a' }, { from: 'born', to: 'b' }, { from: 'size', to: 'c' });
    expect(fields).toEqual({
      a: text('Ada'),
      b: { type: 'date', value: '1815-12-10' },
      c: { type: 'number', value: 165 },
    });
  });

  it('has no field that is only read from the destination', () => {
    const { fields } = fieldsOf(
      { from: 'firstName', to: 'a', direction: 'from' },
      { from: 'size', to: 'b', direction: 'both' },
    );
    expect(Object.keys(fields)).toEqual(['b']);
  });

  it('has no field for an attribute the profile does not have, so nothing is blanked', () => {
    expect(fieldsOf({ from: 'plan', to: 'plan' }, { from: 'constructor', to: 'x' }).fields).toEqual({});
  });

  it('is converted where the mapping asks for it, and says what could not be', () => {
    const { fields, problems } = fieldsOf(
      { from: 'likes', to: 'a', as: 'string' },
      { from: 'size', to: 'b', as: 'string' },
      { from: 'firstName', to: 'c', as: 'number' },
    );
    expect(fields).toEqual({ a: text('maths, tea'), b: text('165') });
    expect(problems).toEqual([{ field: 'c', code: 'NOT_CONVERTIBLE', message: 'attribute firstName is not a number' }]);
  });

  it('can hold tags, consents, constants and what the profile itself is', () => {
    const { fields } = fieldsOf(
      { from: { tag: 'vip' }, to: 'vip' },
      { from: { tag: 'old' }, to: 'old' },
      { from: { consent: 'sms' }, to: 'sms' },
      { from: { consent: 'email' }, to: 'mail' },
      { from: { constant: 'chat' }, to: 'origin' },
      { from: { constant: 1 }, to: 'one' },
      { from: { profile: 'id' }, to: 'id' },
      { from: { profile: 'createdAt' }, to: 'since' },
    );
    expect(fields).toEqual({
      vip: { type: 'boolean', value: true },
      old: { type: 'boolean', value: false },
      sms: text('granted'),
      mail: text('unknown'),
      origin: text('chat'),
      one: { type: 'number', value: 1 },
      id: text(ada.id),
      since: { type: 'datetime', value: '2026-01-01T00:00:00.000Z' },
    });
  });

  it('says which segments the person is in, in the ways a destination may want it', () => {
    expect(fieldsOf({ from: { segment: 'peru' }, to: 'a' }, { from: { segment: 'lost' }, to: 'b' }).fields).toEqual({
      a: { type: 'boolean', value: true },
      b: { type: 'boolean', value: false },
    });
    expect(fieldsOf({ from: { segments: 'all' }, to: 'a' }, { from: { segments: ['peru'] }, to: 'b' }).fields).toEqual({
      a: { type: 'list', value: ['best', 'peru'] },
      b: { type: 'list', value: ['peru'] },
    });
    const listsWith = (lists: object) => mapProfile(ada, mappingOf({ lists }), sight).lists;
    expect(listsWith({ segments: 'all' })).toEqual(['best', 'peru']);
    expect(listsWith({ tags: ['vip'], segments: ['best'] })).toEqual(['vip', 'best']);
  });

  it('has its key trimmed, and none where there is nothing to be found by', () => {
    expect(fieldsOf().key).toBe('ada@example.com');
    const keyed = (from: object | string) => mapProfile(ada, mappingOf({ key: { from, to: 'k' } }), sight).key;
    expect(keyed('size')).toBe('165');
    expect(keyed('likes')).toBeNull();
    expect(keyed('missing')).toBeNull();
    expect(keyed({ identity: 'acme-manychat/contact' })).toBe('77');
    expect(keyed({ identity: 'acme-landbot/customer' })).toBeNull();
    expect(keyed({ constant: '  ' })).toBeNull();
  });

  it('has all tags, only those that are named, or none where tags are not mapped', () => {
    const tagsWith = (tags?: object) => mapProfile(ada, mappingOf(tags === undefined ? {} : { tags }), sight).tags;
    expect(tagsWith({ to: 'tags' })).toEqual(['vip', 'new']);
    expect(tagsWith({ to: 'tags', only: ['vip', 'other'] })).toEqual(['vip']);
    expect(tagsWith({ to: 'tags', only: ['vip'], segments: ['peru'] })).toEqual(['vip', 'peru']);
    expect(tagsWith()).toEqual([]);
  });
});
