import { XMLParser } from 'fast-xml-parser';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { escapeHtml as escapeXml } from '../oauth/escape-html.js';
import { liveSession } from '../oauth/sessions.js';
import type { Org } from '../org.js';
import { fullId } from '../record-id.js';

const texts = z.union([z.string(), z.array(z.string())]);
const envelope = z.object({
  Envelope: z.object({
    Header: z.object({ SessionHeader: z.object({ sessionId: z.string() }) }),
    Body: z.record(z.string(), z.unknown()),
  }),
});
const emptying = z.object({ ids: texts });
const parser = new XMLParser({ removeNSPrefix: true, ignoreAttributes: true, parseTagValue: false });
const namespace = 'urn:partner.soap.sforce.com';

/**
 * The one SOAP call that REST has no twin for: what lies in the recycle bin is gone for good.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_emptyrecyclebin.htm
 */
export function registerSoap(app: FastifyInstance, org: Org): void {
  app.post('/services/Soap/u/:version', (request, reply) => {
    void reply.type('text/xml; charset=UTF-8');
    const text = Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '';
    const parsed = envelope.safeParse(readXml(text));
    if (!parsed.success) return reply.code(500).send(fault('CLIENT', 'The request is not an envelope with a session'));
    const { Header, Body } = parsed.data.Envelope;
    if (liveSession(org, Header.SessionHeader.sessionId) === null)
      return reply
        .code(500)
        .send(fault('INVALID_SESSION_ID', 'Invalid Session ID found in SessionHeader: Illegal Session'));
    const refusal = org.usage.count(org.setup.longCallsOfOthers);
    if (refusal !== null) return reply.code(500).send(fault('REQUEST_LIMIT_EXCEEDED', refusal));
    const asked = emptying.safeParse(Body.emptyRecycleBin);
    if (!asked.success)
      return reply.code(500).send(fault('CLIENT', `The sandbox does not play ${Object.keys(Body).join(', ')}`));
    const results = [asked.data.ids].flat().map((id) => emptied(org, id));
    return reply.send(
      answered(`<emptyRecycleBinResponse xmlns="${namespace}">${results.join('')}</emptyRecycleBinResponse>`),
    );
  });
}

function emptied(org: Org, given: string): string {
  const id = fullId(given);
  const table = org.schema.ofId(id)?.table;
  if (table?.deleted(id) === undefined) {
    const words = '<message>entity is not in the recycle bin</message><statusCode>INVALID_ID_FIELD</statusCode>';
    return `<result><errors>${words}</errors><id>${escapeXml(id)}</id><success>false</success></result>`;
  }
  table.remove(id, null);
  return `<result><id>${id}</id><success>true</success></result>`;
}

function readXml(text: string): unknown {
  try {
    return parser.parse(text);
  } catch {
    return null;
  }
}

const answered = (body: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;

const fault = (code: string, words: string): string =>
  answered(
    `<soapenv:Fault xmlns:sf="urn:fault.partner.soap.sforce.com"><faultcode>sf:${code}</faultcode><faultstring>${code}: ${escapeXml(words)}</faultstring></soapenv:Fault>`,
  );
