import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attributeKey } from './attribute-key.js';

describe('attributeKey', () => {
  it.each([
    ['email', 'email'],
    ['lastOrderAt', 'lastOrderAt'],
    ['userID', 'userID'],
    ['Plan Type', 'planType'],
    ['plan_type', 'planType'],
    ['PLAN TYPE', 'planType'],
    ['  plan-type: ', 'planType'],
    ['first_name', 'firstName'],
    ['HTTPServer', 'httpServer'],
    ['Größe (cm)', 'grosseCm'],
    ['Prénom', 'prenom'],
    ['ŁÓDŹ Øst', 'lodzOst'],
    ['İstanbul ısı', 'istanbulIsi'],
    ['Số điện thoại', 'soDienThoai'],
    ['Driver’s licence', 'driversLicence'],
    ['ＵＴＭ　Source', 'utmSource'],
    ['2nd Email', '_2ndEmail'],
    ['Line 1 2', 'line1_2'],
    ['Дата рождения', 'датаРождения'],
    ['Όνομα', 'όνομα'],
    ['氏名', '氏名'],
    ['姓 名', '姓_名'],
    ['تاريخ الميلاد', 'تاريخ_الميلاد'],
    ['जन्म तिथि', 'जन्म_तिथि'],
    ['🎂 Birthday', 'birthday'],
    ['🎂', 'u1f382'],
    ['❤️', 'u2764'],
    ['👨‍👩‍👧', 'u1f468U1f469U1f467'],
    ['???', 'u3fU3fU3f'],
    ['', 'unnamed'],
    [' \u200b', 'unnamed'],
    ['__proto__', 'proto'],
    ['constructor', 'constructorField'],
    ['To String', 'toStringField'],
  ])('makes of %j the key %j', (caption, key) => expect(attributeKey(caption)).toBe(key));

  it('gives a key for a key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (caption) => {
        const key = attributeKey(caption);
        expect(attributeKey(key)).toBe(key);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is never empty, never long, never has a blank, and is no name that objects have', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.lorem()), (caption) => {
        const key = attributeKey(caption);
        expect(key).toMatch(/^[\p{L}_][\p{L}\p{M}\p{N}_]*$/u);
        expect(Array.from(key).length).toBeLessThanOrEqual(70);
        expect(key in {}).toBe(false);
      }),
    );
  });

  it('is ASCII for a Latin caption, whatever its accents', () => {
    const letters = Array.from('aàáâãäåāăąæçćčďđèéêëęěğíîïıłñńňóôõöøőœŕřśşšßťúûüůűýžźżþÅØÇÑÜ _-1');
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...letters), { maxLength: 30 }), (chars) => {
        expect(attributeKey(`x${chars.join('')}`)).toMatch(/^[a-zA-Z0-9_]+$/);
      }),
    );
  });

  it('keeps long captions apart that differ only at their end', () => {
    const long = 'How happy are you with the delivery of your last order from our shop in ';
    expect(attributeKey(`${long}Lyon`)).not.toBe(attributeKey(`${long}Porto`));
    expect(attributeKey(`${long}Lyon`)).toMatch(/^.{60,64}$/);
  });

  it('keeps captions apart that differ in a letter of any script', () => {
    const word = fc
      .array(fc.constantFrom(...Array.from('abcабвαβγ名前あعन')), { minLength: 1, maxLength: 8 })
      .map((chars) => chars.join(''));
    fc.assert(
      fc.property(word, word, (one, other) => {
        fc.pre(one !== other);
        expect(attributeKey(one)).not.toBe(attributeKey(other));
      }),
    );
  });
});
