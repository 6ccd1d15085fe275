import { z } from 'zod';
import type { HubspotClient } from '../client.js';

const statusSchema = z.object({
  statusId: z.string(),
  status: z.string(),
  sendResult: z
    .string()
    .nullish()
    .transform((result) => result ?? null),
  message: z
    .string()
    .nullish()
    .transform((message) => message ?? null),
});
/** Not yet "sent": HubSpot has taken the order, or says at once why not. */
export type SendStatus = z.infer<typeof statusSchema>;

export interface EmailOrder {
  readonly emailId: number;
  readonly to: string;
  /** At most one e-mail for each. */
  readonly sendId: string;
  readonly from: string | undefined;
  readonly replyTo: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly contactProperties: Readonly<Record<string, string>>;
  readonly customProperties: Readonly<Record<string, string>>;
}

const toMessage = ({ to, sendId, replyTo, cc, bcc }: EmailOrder) => ({
  to,
  sendId,
  ...(replyTo.length === 0 ? {} : { replyTo: [...replyTo] }),
  ...(cc.length === 0 ? {} : { cc: [...cc] }),
  ...(bcc.length === 0 ? {} : { bcc: [...bcc] }),
});

const toProperties = ({ contactProperties, customProperties }: EmailOrder) => ({
  contactProperties: { ...contactProperties },
  customProperties: { ...customProperties },
});

/** A marketing e-mail to one person (single-send, v4). */
export function sendSingle(client: HubspotClient, order: EmailOrder): Promise<SendStatus> {
  return client.request({ operation: 'email.sendSingle', records: 1, repeatable: true }, statusSchema, {
    method: 'POST',
    path: '/marketing/v4/email/single-send',
    body: {
      emailId: order.emailId,
      message: { ...toMessage(order), ...(order.from === undefined ? {} : { from: order.from }) },
      ...toProperties(order),
    },
  });
}

/** A transactional e-mail to one person (v3). */
export function sendTransactional(client: HubspotClient, order: EmailOrder): Promise<SendStatus> {
  return client.send({ operation: 'email.sendTransactional', records: 1, repeatable: true }, statusSchema, (sdk) =>
    sdk.marketing.transactional.singleSendApi.sendEmail({
      emailId: order.emailId,
      message: { ...toMessage(order), ...(order.from === undefined ? {} : { _from: order.from }) },
      ...toProperties(order),
    }),
  );
}

/** What has become of an order. Known from HubSpot's older pages only, so nothing may depend on its being there. */
export function sendStatus(client: HubspotClient, statusId: string): Promise<SendStatus> {
  return client.request({ operation: 'email.sendStatus', repeatable: true }, statusSchema, {
    method: 'GET',
    path: `/marketing/v3/email/send-statuses/${encodeURIComponent(statusId)}`,
  });
}
