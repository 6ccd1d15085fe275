import { z } from 'zod';

const hexId = z.string().regex(/^[0-9a-f]{10}$/);

export const templateSchema = z.strictObject({
  id: z.int(),
  name: z.string(),
  /** A section is an element with `mc:edit="<name>"`; a campaign gives it another content. */
  html: z.string(),
  date_created: z.string(),
});
export type Template = z.infer<typeof templateSchema>;

export const campaignSettingsSchema = z.object({
  subject_line: z.string().default(''),
  preview_text: z.string().default(''),
  title: z.string().default(''),
  from_name: z.string().default(''),
  reply_to: z.string().default(''),
  to_name: z.string().default(''),
  template_id: z.int().default(0),
});

export const campaignSchema = z.strictObject({
  id: hexId,
  web_id: z.int(),
  type: z.enum(['regular', 'plaintext']),
  create_time: z.string(),
  status: z.enum(['save', 'schedule', 'sending', 'sent', 'canceled']).default('save'),
  list_id: z.string(),
  /** A static segment; null: the whole audience. */
  segment_id: z.int().nullable().default(null),
  settings: campaignSettingsSchema,
  html: z.string().default(''),
  plain_text: z.string().default(''),
  /** When a scheduled or sending one goes out; empty: not yet, or long since. */
  due_at: z.string().default(''),
  send_time: z.string().default(''),
  emails_sent: z.int().default(0),
});
export type Campaign = z.infer<typeof campaignSchema>;

/** One mail that Mailchimp would have sent. */
export const mailSchema = z.strictObject({
  id: z.int(),
  /** What sent it: a campaign, a test of one, a journey's step, an automation's e-mail. */
  source: z.enum(['campaign', 'test', 'journey', 'automation']),
  source_id: z.string(),
  list_id: z.string(),
  to: z.string(),
  from: z.string(),
  subject: z.string(),
  html: z.string(),
  sent_at: z.string(),
});
export type Mail = z.infer<typeof mailSchema>;

export const journeySchema = z.strictObject({
  id: z.int(),
  name: z.string(),
  list_id: z.string(),
  active: z.boolean().default(true),
  /** Contacts also start it by an event or a tag of this name. */
  event: z.string().nullable().default(null),
  tag: z.string().nullable().default(null),
  steps: z.array(z.strictObject({ id: z.int(), name: z.string(), subject: z.string(), html: z.string() })),
  contacts: z.array(z.strictObject({ email: z.string(), step_id: z.int(), at: z.string() })).default([]),
});
export type Journey = z.infer<typeof journeySchema>;

export const automationSchema = z.strictObject({
  id: hexId,
  title: z.string(),
  list_id: z.string(),
  create_time: z.string(),
  status: z.enum(['save', 'paused', 'sending']).default('sending'),
  emails: z.array(z.strictObject({ id: hexId, subject: z.string(), html: z.string() })),
  queue: z.array(z.strictObject({ email_id: z.string(), email: z.string(), at: z.string() })).default([]),
  removed: z.array(z.string()).default([]),
});
export type Automation = z.infer<typeof automationSchema>;

/** What somebody did with a campaign's mail, or what became of it. */
export const mailActionSchema = z.strictObject({
  campaign_id: z.string(),
  email: z.string(),
  action: z.enum(['open', 'click', 'bounce']),
  timestamp: z.string(),
  url: z.string().default(''),
  type: z.string().default(''),
});

export const unsubscriptionSchema = z.strictObject({
  campaign_id: z.string(),
  email: z.string(),
  timestamp: z.string(),
  reason: z.string(),
});

const orderSchema = z.strictObject({
  id: z.string(),
  customer_id: z.string(),
  currency_code: z.string(),
  order_total: z.number(),
  processed_at_foreign: z.string(),
  financial_status: z.string().default('paid'),
  campaign_id: z.string().default(''),
});

export const storeSchema = z.strictObject({
  id: z.string(),
  list_id: z.string(),
  name: z.string(),
  currency_code: z.string(),
  created_at: z.string(),
  customers: z
    .array(
      z.strictObject({
        id: z.string(),
        email_address: z.string(),
        opt_in_status: z.boolean(),
        first_name: z.string().default(''),
        last_name: z.string().default(''),
        created_at: z.string(),
      }),
    )
    .default([]),
  orders: z.array(orderSchema).default([]),
});
export type Store = z.infer<typeof storeSchema>;
export type Order = z.infer<typeof orderSchema>;

/** Everything about mail and shops that an account holds. */
export const marketingSchema = {
  templates: z.array(templateSchema).default([]),
  campaigns: z.array(campaignSchema).default([]),
  /** How long a campaign is under way, by the sandbox's clock; 0: it is sent at once. */
  sendTakesMs: z.int().min(0).default(0),
  outbox: z.array(mailSchema).default([]),
  mailActions: z.array(mailActionSchema).default([]),
  unsubscriptions: z.array(unsubscriptionSchema).default([]),
  journeys: z.array(journeySchema).default([]),
  automations: z.array(automationSchema).default([]),
  stores: z.array(storeSchema).default([]),
};

/** A template, a journey and a classic automation, as an admin would have made them. */
export function freshMarketing(listId: string, at: string): Record<string, unknown> {
  return {
    templates: [
      {
        id: 2001,
        name: 'Plain letter',
        date_created: at,
        html: '<div mc:edit="body"><p>Hello *|IF:FNAME|**|FNAME|**|ELSE:|*there*|END:IF|*</p></div><p><a href="*|UNSUB|*">Unsubscribe</a></p>',
      },
    ],
    journeys: [
      {
        id: 101,
        name: 'Welcome from the chat',
        list_id: listId,
        steps: [{ id: 201, name: 'Start', subject: 'Welcome, *|FNAME|*', html: '<p>Good to have you, *|FNAME|*.</p>' }],
      },
    ],
    automations: [
      {
        id: 'd1e2f3a4b5',
        title: 'Classic welcome',
        list_id: listId,
        create_time: at,
        emails: [{ id: 'e1f2a3b4c5', subject: 'Hello *|FNAME|*', html: '<p>Hello *|FNAME|*.</p>' }],
      },
    ],
  };
}
