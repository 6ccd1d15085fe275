import { z } from 'zod';

/** What every campaign is made of. */
const letter = {
  segment: z.string().trim().default('').describe('Static segment or tag that gets it; empty: the whole audience'),
  subject: z.string().min(1).max(150).describe('Subject line; may hold merge tags'),
  previewText: z.string().max(150).default('').describe('What mail programs show beside the subject'),
  fromName: z.string().default('').describe('Name of the sender; empty: the audience’s'),
  replyTo: z
    .string()
    .default('')
    .describe('Address for replies, on a domain verified at Mailchimp; empty: the audience’s'),
  title: z.string().max(60).default('Campaign').describe('Name of the campaign for your colleagues'),
  html: z.string().default('').describe('The whole letter as HTML; empty: the template'),
  templateId: z.string().regex(/^\d*$/).default('').describe('ID of a template at Mailchimp; empty: the HTML above'),
  sections: z.record(z.string(), z.string()).default({}).describe('Content of the template’s sections, by their names'),
};
export type Letter = z.infer<z.ZodObject<typeof letter>>;

const addresses = z.array(z.string());
const hasContent = ({ html, templateId }: Pick<Letter, 'html' | 'templateId'>): boolean =>
  html !== '' || templateId !== '';
const noContent = { path: ['html'], message: 'Give HTML or a template' };

export const sendInput = z
  .strictObject({
    ...letter,
    testTo: addresses.default([]).describe('Addresses that get a test before it is sent'),
    sendAt: z.iso
      .datetime({ offset: true })
      .optional()
      .describe('When to send it, rounded up to the next quarter of an hour; empty: now'),
  })
  .refine(hasContent, noContent);
export const testInput = z
  .strictObject({ ...letter, testTo: addresses.min(1).describe('Addresses that get the test') })
  .refine(hasContent, noContent);
export type SendInput = z.infer<typeof sendInput>;

export const cancelInput = z.strictObject({
  campaignId: z.string().min(1).describe('ID of the campaign, as its sending gave it'),
});
