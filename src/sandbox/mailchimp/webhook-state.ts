import { z } from 'zod';

export const webhookEvents = ['subscribe', 'unsubscribe', 'profile', 'cleaned', 'upemail', 'campaign'] as const;
export type WebhookEvent = (typeof webhookEvents)[number];
export const webhookSources = ['user', 'admin', 'api'] as const;
/** Who changed something: the person, a colleague in the app, or a program. */
export type WebhookSource = (typeof webhookSources)[number];

const flag = z.boolean().default(false);

export const webhookSchema = z.strictObject({
  id: z.string(),
  url: z.string(),
  events: z.strictObject({
    subscribe: flag,
    unsubscribe: flag,
    profile: flag,
    cleaned: flag,
    upemail: flag,
    campaign: flag,
  }),
  sources: z.strictObject({ user: flag, admin: flag, api: flag }),
  /** Webhooks made before 2026 are not signed; null. */
  signing_secret: z.string().nullable().default(null),
  enabled: z.boolean().default(true),
});
export type Webhook = z.infer<typeof webhookSchema>;

/** One call to be made, with what is known of it. */
export interface Delivery {
  readonly number: number;
  readonly webhook: Webhook;
  readonly type: WebhookEvent;
  readonly body: string;
  readonly firedAt: Date;
  attempts: number;
  nextAt: Date;
  outcome: string;
}
