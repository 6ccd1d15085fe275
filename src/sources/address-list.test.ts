import { describe, expect, it } from 'vitest';
import { addressList, isAddressRange, lastAddress } from './address-list.js';

describe('a list of addresses', () => {
  const allows = addressList(['203.0.113.0/24', '2001:db8::/32', '198.51.100.7'])!;

  it.each(['203.0.113.1', '::ffff:203.0.113.1', '198.51.100.7', '2001:db8::1'])('lets %s in', (address) =>
    expect(allows(address)).toBe(true),
  );

  it.each(['203.0.114.1', '198.51.100.8', '2001:db9::1', '', 'unknown', '203.0.113.1:80'])('keeps %j out', (address) =>
    expect(allows(address)).toBe(false),
  );

  it('is none where nothing is on it', () => expect(addressList([])).toBeNull());

  it.each(['1.2.3.4/33', 'example.com', '1.2.3.4/24/8', '::/129', ''])('has no place for %j', (text) =>
    expect(isAddressRange(text)).toBe(false),
  );
});

it('believes only the last address in a proxy’s header, which the caller cannot write', () => {
  expect(lastAddress('10.0.0.1, 203.0.113.7')).toBe('203.0.113.7');
  expect(lastAddress(undefined)).toBe('');
});
