import { z } from 'zod';

export const fieldTypes = ['text', 'number', 'date', 'datetime', 'boolean'] as const;
export type FieldType = (typeof fieldTypes)[number];

const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export type FieldValue = z.output<typeof value>;

/** What the contact would have received: by the API, or by a flow that the API started. */
const receivedSchema = z.object({
  at: z.string(),
  how: z.enum(['flow', 'content']),
  /** The flow's name, or the content as it was sent. */
  content: z.json(),
  messageTag: z.string().nullable(),
});
export type Received = z.output<typeof receivedSchema>;

const subscriberSchema = z.object({
  /** Digits; kept as text: Messenger's have 17 of them. */
  id: z.string(),
  first_name: z.string().default(''),
  last_name: z.string().default(''),
  email: z.string().nullable().default(null),
  phone: z.string().nullable().default(null),
  whatsapp_phone: z.string().nullable().default(null),
  /** Moment of their last message; content may be sent for 24 hours after it without a tag. */
  last_interaction: z.string().nullable().default(null),
  /** By field id. */
  fields: z.record(z.string(), value).default({}),
  /** Ids of tags. */
  tags: z.array(z.number()).default([]),
  received: z.array(receivedSchema).default([]),
});
export type Subscriber = z.output<typeof subscriberSchema>;

export const pageSchema = z.object({
  apiKey: z.string(),
  page: z.object({ id: z.number(), name: z.string() }),
  nextId: z.number(),
  tags: z.array(z.object({ id: z.number(), name: z.string() })),
  fields: z.array(
    z.object({ id: z.number(), name: z.string(), type: z.enum(fieldTypes), description: z.string().default('') }),
  ),
  flows: z.array(z.object({ ns: z.string(), name: z.string() })),
  subscribers: z.array(subscriberSchema),
  behaviour: z.object({
    /** A contact is made when it is first spoken of by its id, as the demo's are. ManyChat itself refuses unknown ids. */
    makesSubscribers: z.boolean(),
    /** ManyChat answers some errors with 200 and `status: error`. */
    errorsAreOk: z.boolean(),
  }),
});
export type PageState = z.output<typeof pageSchema>;

export const sandboxApiKey = '104000000000001:sandbox';

/** A page without contacts, with a few fields, tags and flows. */
export const freshPage = (): PageState => ({
  apiKey: sandboxApiKey,
  page: { id: 104_000_000_000_001, name: 'Acme' },
  nextId: 1_000,
  tags: [
    { id: 1, name: 'vip' },
    { id: 2, name: 'abandoned-cart' },
  ],
  fields: [
    { id: 11, name: 'Plan', type: 'text', description: '' },
    { id: 12, name: 'Budget', type: 'number', description: '' },
    { id: 13, name: 'Birthday', type: 'date', description: '' },
    { id: 14, name: 'Last order', type: 'datetime', description: '' },
    { id: 15, name: 'Newsletter', type: 'boolean', description: '' },
    { id: 16, name: 'Segments', type: 'text', description: '' },
  ],
  flows: [
    { ns: 'content20260101120000_100001', name: 'Welcome' },
    { ns: 'content20260101120000_100002', name: 'Abandoned cart' },
    { ns: 'content20260101120000_100003', name: 'Win back' },
  ],
  subscribers: [],
  behaviour: { makesSubscribers: true, errorsAreOk: false },
});
