import { z } from 'zod';
import type { ActionDeclaration, NoticeRequest, Offer } from '../action.js';

const longestSubject = 300;
const longestText = 200_000;
const mostAddresses = 50;

const address = z.email('must be an e-mail address, for example sales@acme.com');

/** Whoever is named twice is written to once. */
const eachOnce = (addresses: readonly string[]): string[] => [
  ...new Map(addresses.map((one) => [one.toLowerCase(), one])).values(),
];

export const emailInput = z.strictObject({
  to: z
    .union([z.string(), z.array(z.string())])
    .transform((to) =>
      (typeof to === 'string' ? to.split(/[,;]/) : to).map((one) => one.trim()).filter((one) => one !== ''),
    )
    .pipe(z.array(address).min(1, 'must name somebody').max(mostAddresses))
    .transform(eachOnce)
    .describe('E-mail address of a colleague, or several, with commas between them'),
  subject: z
    .string()
    .transform((subject) => subject.replaceAll(/\s+/g, ' ').trim())
    .pipe(z.string().min(1).max(longestSubject))
    .describe('Subject'),
  text: z.string().max(longestText).describe('The mail, as plain text; line breaks count'),
});
export type EmailInput = z.output<typeof emailInput>;

/** A mail server cannot be asked afterwards whether it took a mail, and whoever gets it twice gets it twice. */
export const emailSend: ActionDeclaration<EmailInput> = {
  id: 'email.send',
  title: 'Send an e-mail to colleagues',
  description:
    'Colleagues get an e-mail, for example that somebody is to be called back. Not for writing to the person.',
  input: emailInput,
  nature: 'once',
  subject: 'account',
  consent: null,
  scopes: [],
  batchSize: 1,
};

export const notice: Offer<NoticeRequest> = {
  action: emailSend.id,
  input: ({ to, subject, text }) => ({
    to,
    subject: subject.replaceAll(/\s+/g, ' ').slice(0, longestSubject),
    text: text.slice(0, longestText),
  }),
};
