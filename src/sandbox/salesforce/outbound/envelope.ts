import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import { escapeHtml as escapeXml } from '../oauth/escape-html.js';
import type { StoredRecord } from '../records/record-table.js';
import type { Notification, OutboundMessage } from './outbound-state.js';

interface Sender {
  readonly organizationId: string;
  readonly origin: string;
  /** null: the message carries none. */
  readonly sessionId: string | null;
}

/**
 * Up to 100 notifications as Salesforce sends them.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging_wsdl.htm
 */
export function envelopeOf(
  { actionId, object, fields }: OutboundMessage,
  notifications: readonly { readonly notification: Notification; readonly record: StoredRecord }[],
  { organizationId, origin, sessionId }: Sender,
): string {
  const session = sessionId === null ? '<SessionId xsi:nil="true"/>' : `<SessionId>${escapeXml(sessionId)}</SessionId>`;
  const url = escapeXml(`${origin}/services/Soap/c/60.0/${organizationId}`);
  const all = notifications.map(({ notification, record }) => {
    const values = ['Id', ...fields.filter((field) => field !== 'Id')].flatMap((field) => {
      const value = record[field];
      return value === undefined ? [] : [`<sf:${field}>${escapeXml(asXml(String(value)))}</sf:${field}>`];
    });
    return `<Notification><Id>${notification.id}</Id><sObject xsi:type="sf:${object}" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">${values.join('')}</sObject></Notification>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>${organizationId}</OrganizationId><ActionId>${actionId}</ActionId>${session}<EnterpriseUrl>${url}</EnterpriseUrl><PartnerUrl>${url.replace('/Soap/c/', '/Soap/u/')}</PartnerUrl>${all.join('')}</notifications></soapenv:Body></soapenv:Envelope>`;
}

/** SOAP writes instants with a Z. */
const asXml = (value: string): string => value.replace(/^(\d{4}-\d{2}-\d{2}T[\d:.]+)\+0000$/, '$1Z');

const answer = z.object({
  Envelope: z.object({ Body: z.object({ notificationsResponse: z.object({ Ack: z.unknown() }) }) }),
});
const parser = new XMLParser({ removeNSPrefix: true, ignoreAttributes: true });

/** Whether the receiver has taken the message: one Ack counts for all its notifications. */
export function isAcknowledged(body: string): boolean {
  try {
    const parsed = answer.safeParse(parser.parse(body));
    return parsed.success && String(parsed.data.Envelope.Body.notificationsResponse.Ack) === 'true';
  } catch {
    return false;
  }
}
