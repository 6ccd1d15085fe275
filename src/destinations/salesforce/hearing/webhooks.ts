import { createHash, timingSafeEqual } from 'node:crypto';
import type { FieldValues } from '../../destination.js';
import type { HookRefusal, ProviderHookReply, ProviderHookRequest, ProviderWebhooks } from '../../provider-webhooks.js';
import type { RecordReference, RemoteFact } from '../../remote-fact.js';
import { instantOf, momentOf } from '../history/changed-rows.js';
import { phoneIn } from '../history/people-of-rows.js';
import { optOutBoxes, optOutKey } from '../opt-outs.js';
import { personKinds, type PersonKind } from '../person-kind.js';
import type { SalesforceSettings } from '../settings.js';
import { readOutboundMessage, type Notification } from './outbound-message.js';

const setup = `1. In Parley, set the destination's \`organizationId\` (Setup › Company Information) and \`webhookSecret\` (a long random text of your own).
2. In Salesforce: Setup › Workflow Actions › Outbound Messages › New. Object: Contact or Lead (for person accounts: Account, with the field \`IsPersonAccount\`). Endpoint URL: \`{url}?secret=<your webhookSecret>\`.
3. User to send as: any active user. Leave "Send Session ID" off. Fields: those your mapping reads, \`Email\`, \`HasOptedOutOfEmail\`, \`CreatedDate\` and \`SystemModstamp\`.
4. Setup › Flows › New › Record-Triggered Flow on the object, after a record is created or updated. Condition: Last Modified By is not the integration user, so that Parley does not hear itself. Action: the outbound message.
5. Activate the flow, change a record, and look under the destination's calls.`;

const ackNamespace = 'http://soap.sforce.com/2005/09/outbound';
const answer = (status: number, ack: boolean): ProviderHookReply => ({
  status,
  contentType: 'text/xml; charset=utf-8',
  body: `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><notificationsResponse xmlns="${ackNamespace}"><Ack>${ack}</Ack></notificationsResponse></soapenv:Body></soapenv:Envelope>`,
});

/** Salesforce repeats whatever is not acknowledged, for a day. */
const statusOf = { not_authentic: 403, unreadable: 400, unavailable: 503 } as const satisfies Record<
  HookRefusal,
  number
>;

/** Outbound messages: up to 100 records in SOAP, with one acknowledgement for all of them. They are not signed. */
export const webhooks: ProviderWebhooks<SalesforceSettings> = {
  setup,
  verify: strangerIn,
  read: ({ body }, settings) =>
    readOutboundMessage(body).notifications.flatMap((notification) => factsOf(notification, settings)),
  accepted: () => answer(200, true),
  refused: (_request, refusal) => answer(statusOf[refusal], false),
};

function strangerIn(
  { method, query, body }: ProviderHookRequest,
  { organizationId, webhookSecret }: SalesforceSettings,
): string | null {
  if (webhookSecret === '' || organizationId === '') return 'webhookSecret and organizationId are not set';
  if (method !== 'POST') return 'outbound messages come by POST';
  if (!sameSecret(query.secret ?? '', webhookSecret)) return 'the secret in the address is missing or wrong';
  const sent = organizationIn(body);
  return sent === null || sent === organizationId.slice(0, 15) ? null : 'it comes from another organisation';
}

/** 15 characters name an org as well as 18. null: not readable, which `read` will say. */
function organizationIn(body: Buffer): string | null {
  try {
    return readOutboundMessage(body).organizationId.slice(0, 15);
  } catch {
    return null;
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const sameSecret = (sent: string, expected: string): boolean => timingSafeEqual(digest(sent), digest(expected));

function kindOf({ object, fields }: Notification): PersonKind | null {
  if (object === 'Contact') return personKinds.Contact;
  if (object === 'Lead') return personKinds.Lead;
  return object === 'Account' && fields.IsPersonAccount === 'true' ? personKinds.PersonAccount : null;
}

/** Only people are told this way; what else an admin sends is acknowledged and left. */
function factsOf(notification: Notification, settings: SalesforceSettings): readonly RemoteFact[] {
  const kind = kindOf(notification);
  const { Id, ...rest } = notification.fields;
  if (kind === null || Id === undefined) return [];
  const stamp = rest.SystemModstamp === undefined ? null : instantOf(rest.SystemModstamp);
  const about: RecordReference = {
    object: kind.id,
    remoteId: Id,
    email: rest[kind.email]?.toLowerCase() ?? null,
    phone: kind.phones.map((name) => phoneIn(rest[name])).find((phone) => phone !== null) ?? null,
  };
  const common = { about, occurredAt: momentOf(rest.SystemModstamp), own: false };
  const boxes = optOutBoxes(kind, settings).filter(({ field }) => rest[field] === 'true');
  return [
    {
      ...common,
      kind: 'record_changed',
      created: stamp !== null && rest.CreatedDate !== undefined && instantOf(rest.CreatedDate) === stamp,
      fields: valuesIn(rest),
      dedupeKey: stamp === null ? `notification:${notification.id}` : `changed:${Id}:${stamp}`,
    },
    ...boxes.map(({ field, purpose }) => ({
      ...common,
      kind: 'consent_said' as const,
      purpose,
      status: 'revoked' as const,
      evidence: `${field}: true`,
      dedupeKey: optOutKey({ field, purpose }, Id, null),
    })),
  ];
}

/** SOAP tells no types, but each is written in a form of its own. */
function valuesIn(fields: Notification['fields']): FieldValues {
  const values: Record<string, FieldValues[string]> = {};
  for (const [name, text] of Object.entries(fields)) {
    const moment = /^\d{4}-\d\d-\d\dT/.test(text) ? momentOf(text) : null;
    if (text === 'true' || text === 'false') values[name] = { type: 'boolean', value: text === 'true' };
    else if (moment !== null) values[name] = { type: 'datetime', value: moment.toISOString() };
    else values[name] = { type: /^\d{4}-\d\d-\d\d$/.test(text) ? 'date' : 'string', value: text };
  }
  return values;
}
