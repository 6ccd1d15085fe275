import { expect, it } from 'vitest';
import type { Identity } from '../profiles/identity.js';
import { identityKey } from '../profiles/resolve-identities.js';
import { about, recordChanged, recordMerged } from './test-support.js';
import {
  byRecord,
  emailIdentity,
  identitiesOf,
  type KnownPeople,
  newcomer,
  phoneIdentity,
  recordIdentity,
  recordsIn,
} from './whose-fact.js';

const record = (id: string) => recordIdentity('acme', 'people', id);
const email = emailIdentity('ada@example.com');
const phone = phoneIdentity('+50688001122');

function people(known: readonly Identity[], written: Readonly<Record<string, Identity>> = {}): KnownPeople {
  const keys = new Set(known.map(identityKey));
  return {
    isKnown: (identity) => keys.has(identityKey(identity)),
    anchorOf: (remoteId) => written[remoteId],
    ownerOf: () => undefined,
  };
}
const whose = (what: ReturnType<typeof about>, known: KnownPeople, facts = [recordChanged({}, { about: what })]) =>
  identitiesOf(what, 'acme', byRecord(recordsIn(facts)), known);

it('a known record names the person, whatever address somebody has typed into it since', () => {
  expect(whose(about('1', 'ada@example.com'), people([record('1'), email]))).toEqual([record('1')]);
});

it('an unknown record belongs to the person we wrote it for, otherwise to its address, otherwise to its number', () => {
  const subscriber: Identity = { kind: 'subscriber', namespace: 'bot/contact', value: 'x' };
  const all = about('1', 'ada@example.com', '+50688001122');
  expect(whose(all, people([email, phone], { '1': subscriber }))).toEqual([record('1'), subscriber]);
  expect(whose(all, people([email, phone]))).toEqual([record('1'), email]);
  expect(whose(all, people([phone]))).toEqual([record('1'), phone]);
  expect(whose(all, people([]))).toBeNull();
});

it('an address that another fact of the page gives helps those that have none', () => {
  const facts = [recordChanged({}, { about: about('1', 'ada@example.com') }), recordChanged({}, { about: about('1') })];
  expect(whose(about('1'), people([email]), facts)).toEqual([record('1'), email]);
});

it('a fact without a record belongs to whoever has its address', () => {
  expect(whose(about(null, 'ada@example.com'), people([email]))).toEqual([email]);
  expect(whose(about(null), people([email]))).toBeNull();
});

it('records that were merged are looked up as well', () => {
  expect(recordsIn([recordMerged(['2', '3'])]).map(({ remoteId }) => remoteId)).toEqual(['1', '2', '3']);
  const converted = recordsIn([recordMerged(['2'], { mergedObject: 'leads' })]);
  expect(converted.map(({ object, remoteId }) => [object, remoteId])).toEqual([
    ['people', '1'],
    ['leads', '2'],
  ]);
});

it('a newcomer is known by all that is said of them', () => {
  expect(newcomer(about('1', 'ada@example.com', '+50688001122'), 'acme')).toEqual([record('1'), email, phone]);
});
