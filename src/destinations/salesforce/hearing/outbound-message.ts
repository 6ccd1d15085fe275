import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import { UnreadableHookError } from '../../provider-webhooks.js';

/** One record as an outbound message tells it: only texts, and nothing for empty fields. */
export interface Notification {
  readonly id: string;
  /** The object's API name. */
  readonly object: string;
  readonly fields: Readonly<Record<string, string>>;
}

export interface OutboundMessage {
  readonly organizationId: string;
  readonly notifications: readonly Notification[];
}

const parser = new XMLParser({
  removeNSPrefix: true,
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  htmlEntities: true,
  isArray: (name) => name === 'Notification',
});

/** An empty element is a text; one with attributes only, such as xsi:nil, is an object. */
const cell = z.union([z.string(), z.looseObject({ '#text': z.string().optional() })]);
const envelope = z.object({
  Envelope: z.object({
    Body: z.object({
      notifications: z.object({
        OrganizationId: z.string(),
        Notification: z
          .array(z.object({ Id: z.string(), sObject: z.looseObject({ '@type': z.string() }) }))
          .default([]),
      }),
    }),
  }),
});

/**
 * What stands in the SOAP envelope of an outbound message.
 * @throws UnreadableHookError
 * @see https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging_wsdl.htm
 */
export function readOutboundMessage(body: Buffer): OutboundMessage {
  const text = body.toString('utf8');
  // Salesforce sends none, and what it could define is nothing we want to expand.
  if (text.includes('<!DOCTYPE')) throw new UnreadableHookError('An outbound message has no document type');
  const parsed = envelope.safeParse(xmlIn(text));
  if (!parsed.success)
    throw new UnreadableHookError(`This is no outbound message of Salesforce: ${z.prettifyError(parsed.error)}`);
  const { OrganizationId, Notification } = parsed.data.Envelope.Body.notifications;
  return {
    organizationId: OrganizationId.trim(),
    notifications: Notification.map(({ Id, sObject: { '@type': type, ...fields } }) => ({
      id: Id,
      object: type.replace(/^.*:/, ''),
      fields: textsIn(fields),
    })),
  };
}

function xmlIn(text: string): unknown {
  try {
    return parser.parse(text);
  } catch (error) {
    throw new UnreadableHookError(`The body is no XML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function textsIn(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) {
    const parsed = cell.safeParse(value);
    const text = parsed.success ? (typeof parsed.data === 'string' ? parsed.data : parsed.data['#text']) : undefined;
    if (text !== undefined && text !== '' && !name.startsWith('@')) texts[name] = text;
  }
  return texts;
}
