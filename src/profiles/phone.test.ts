import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalisePhone, normaliseWhatsAppPhone } from './phone.js';

describe('normalisePhone', () => {
  it('writes a number in E.164, reading national ones in the region', () => {
    expect(normalisePhone('07700 900 123', 'GB')).toBe('+447700900123');
    expect(normalisePhone('(212) 555-0123', 'US')).toBe('+12125550123');
    expect(normalisePhone('0044 7700 900123', 'FR')).toBe('+447700900123');
    expect(normalisePhone('+44 (0)7700-900123', null)).toBe('+447700900123');
    expect(normalisePhone('tel:+447700900123', null)).toBe('+447700900123');
  });

  it('knows no number where the country is not known or the digits cannot be one', () => {
    expect(normalisePhone('07700 900123', null)).toBeNull();
    for (const text of ['', 'call me', '123', '+999123456789', '+1212555012', 'call +447700900123 now']) {
      expect(normalisePhone(text, 'US')).toBeNull();
    }
  });
});

describe('normaliseWhatsAppPhone', () => {
  it('reads digits without a plus as an international number, whatever the region', () => {
    expect(normaliseWhatsAppPhone('447700900123')).toBe('+447700900123');
    expect(normaliseWhatsAppPhone('+50688001122')).toBe('+50688001122');
    expect(normaliseWhatsAppPhone('0050688001122')).toBe('+50688001122');
    expect(normaliseWhatsAppPhone('5215555500123')).toBe('+525555500123');
    expect(normaliseWhatsAppPhone('user')).toBeNull();
  });
});

it('keeps every digit of a number in E.164', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999 }), (end) => {
      const number = `+447700900${String(end).padStart(3, '0')}`;
      expect([normalisePhone(number, 'ES'), normaliseWhatsAppPhone(number.slice(1))]).toEqual([number, number]);
    }),
  );
});
