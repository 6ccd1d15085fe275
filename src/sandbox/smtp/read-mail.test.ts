import fc from 'fast-check';
import MailComposer from 'nodemailer/lib/mail-composer';
import { expect, it } from 'vitest';
import { readMail } from './read-mail.js';

const sourceOf = (mail: { readonly subject: string; readonly text: string }): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    new MailComposer({ from: 'a@acme.test', to: 'b@acme.test', newline: 'win', ...mail })
      .compile()
      .build((error, source) => (error === null ? resolve(source) : reject(error)));
  });

/** What people write: letters of any script, signs, spaces, lines. */
const line = fc.string({ unit: 'grapheme', maxLength: 200 }).map((text) => text.replaceAll(/\p{Cc}/gu, ' ').trim());

it('reads every mail as it was written', async () => {
  await fc.assert(
    fc.asyncProperty(line, fc.array(line, { maxLength: 8 }), async (subject, lines) => {
      const text = lines.join('\n');
      const read = readMail((await sourceOf({ subject, text })).toString('latin1'));
      expect(read.text.trimEnd()).toBe(text.trimEnd());
      expect(read.subject.replaceAll(/\s+/g, ' ')).toBe(subject.replaceAll(/\s+/g, ' '));
    }),
    { numRuns: 300 },
  );
});

it('shows what it cannot read as it came', () => {
  expect(readMail('')).toEqual({ subject: '', text: '' });
  expect(readMail('Subject: a\r\n b\r\nContent-Transfer-Encoding: x-odd\r\n\r\n--x\r\nfirst part')).toEqual({
    subject: 'a b',
    text: '--x\nfirst part',
  });
});
