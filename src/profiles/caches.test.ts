import { describe, expect, it } from 'vitest';
import { emptyProfile } from '../../test/support/profiles.js';
import type { Identity } from './identity.js';
import { IdentityCache } from './identity-cache.service.js';
import { ProfileCache } from './profile-cache.service.js';
import { identityKey } from './resolve-identities.js';

const profile = (id: string) => ({ ...emptyProfile(), id });

describe('remembered profiles', () => {
  it('count only while the row is the one they were read from', () => {
    const cache = new ProfileCache();
    cache.remember([profile('a')], '100');
    expect(cache.find('a', '100')).toEqual(profile('a'));
    expect(cache.find('a', '101')).toBeUndefined();
    expect(cache.find('b', '100')).toBeUndefined();
  });

  it('are forgotten when there are too many, those of long ago first', () => {
    const cache = new ProfileCache();
    cache.remember([profile('first'), profile('second')], '1');
    cache.remember([profile('first')], '2');
    cache.remember(
      Array.from({ length: 9_999 }, (_unused, n) => profile(String(n))),
      '3',
    );
    expect(cache.find('second', '1')).toBeUndefined();
    expect(cache.find('first', '2')).toBeDefined();
    expect(cache.find('9998', '3')).toBeDefined();
  });
});

describe('remembered owners', () => {
  const identity = (value: string): Identity => ({ kind: 'email', namespace: '', value });

  it('are known until they are to be forgotten', () => {
    const cache = new IdentityCache();
    cache.remember([[identityKey(identity('a')), 'p1']]);
    expect(cache.ownerOf(identityKey(identity('a')))).toBe('p1');
    cache.forget([identity('a'), identity('never known')]);
    expect(cache.ownerOf(identityKey(identity('a')))).toBeUndefined();
  });

  it('never grow beyond their limit', () => {
    const cache = new IdentityCache();
    cache.remember(Array.from({ length: 100_001 }, (_unused, n) => [String(n), 'p'] as const));
    expect(cache.ownerOf('0')).toBeUndefined();
    expect(cache.ownerOf('100000')).toBe('p');
  });
});
