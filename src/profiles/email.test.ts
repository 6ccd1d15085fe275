import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseEmail } from './email.js';

describe('normaliseEmail', () => {
  it.each([
    [' Ada@Mail.Test ', 'ada@mail.test'],
    ['mailto:ada+news@mail.test', 'ada+news@mail.test'],
    ['o’neil@mail.test', 'o’neil@mail.test'],
    ['ada\u200b@mail.test', 'ada@mail.test'],
    ['用户@例え.テスト', '用户@例え.テスト'],
    ['a@b.xn--p1ai', 'a@b.xn--p1ai'],
  ])('reads %j', (text, address) => expect(normaliseEmail(text)).toBe(address));

  it.each([
    '',
    'ada',
    'ada@',
    '@mail.test',
    'ada@mail',
    'a b@mail.test',
    'ada@mail..test',
    '.ada@mail.test',
    'ada.@mail.test',
    'a..b@mail.test',
    'ada@-mail.test',
    'ada@mail.t',
    'ada@1.2.3.4',
    'ada@@mail.test',
    'a@b.test, c@d.test',
    'Ada <ada@mail.test>',
    `${'a'.repeat(65)}@mail.test`,
    `a@${'b'.repeat(250)}.test`,
  ])(
    // prettier-ignore
    'refuses %j',
    (text) => expect(normaliseEmail(text)).toBeNull(),
  );

  it('accepts usual addresses and gives for its own answer the same answer again', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (address) => {
        const once = normaliseEmail(address);
        expect(once).toBe(address.toLowerCase());
        expect(normaliseEmail(once!)).toBe(once);
      }),
    );
  });
});
