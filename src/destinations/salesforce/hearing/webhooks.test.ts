import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnreadableHookError, type ProviderHookRequest } from '../../provider-webhooks.js';
import { salesforceSettings } from '../settings.js';
import { webhooks } from './webhooks.js';

const settings = salesforceSettings.parse({
  instanceUrl: 'https://acme.my.salesforce.com',
  clientId: 'id',
  clientSecret: 'secret',
  organizationId: '00DB0000000Abc1',
  webhookSecret: 'long random text',
});
const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll("'", '&#39;');
const notification = (id: string, fields: Readonly<Record<string, string>>, object = 'Contact') =>
  `<Notification><Id>${id}</Id><sObject xsi:type="sf:${object}" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">${Object.entries(
    fields,
  )
    .map(([name, value]) => `<sf:${name}>${escape(value)}</sf:${name}>`)
    .join('')}</sObject></Notification>`;
const message = (inner: string, organizationId = '00DB0000000Abc1MAC') =>
  `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>${organizationId}</OrganizationId><ActionId>04kB000000EAct1IAD</ActionId><SessionId xsi:nil="true"/><EnterpriseUrl>https://x</EnterpriseUrl><PartnerUrl>https://x</PartnerUrl>${inner}</notifications></soapenv:Body></soapenv:Envelope>`;
const call = (body: string, more: Partial<ProviderHookRequest> = {}): ProviderHookRequest => ({
  method: 'POST',
  url: 'https://parley.example.test/hook?secret=long%20random%20text',
  headers: {},
  query: { secret: 'long random text' },
  body: Buffer.from(body),
  receivedAt: new Date(),
  ...more,
});
const ada = {
  Id: '003B0000001Ctc1IAC',
  Email: 'Ada@Example.test',
  LastName: "O'Hara & <Co>",
  HasOptedOutOfEmail: 'true',
  Birthdate: '1990-12-10',
  CreatedDate: '2026-05-01T10:00:00.000Z',
  SystemModstamp: '2026-05-02T10:00:00.000Z',
};
const read = (body: string) => webhooks.read(call(body), settings);

describe('an outbound message', () => {
  it('tells what the record holds and that the person has opted out, under the keys of a poll', () => {
    expect(read(message(notification('04lB1', ada)))).toEqual([
      {
        kind: 'record_changed',
        about: { object: 'Contact', remoteId: ada.Id, email: 'ada@example.test', phone: null },
        occurredAt: new Date(ada.SystemModstamp),
        own: false,
        created: false,
        fields: {
          Email: { type: 'string', value: 'Ada@Example.test' },
          LastName: { type: 'string', value: "O'Hara & <Co>" },
          HasOptedOutOfEmail: { type: 'boolean', value: true },
          Birthdate: { type: 'date', value: '1990-12-10' },
          CreatedDate: { type: 'datetime', value: '2026-05-01T10:00:00.000Z' },
          SystemModstamp: { type: 'datetime', value: '2026-05-02T10:00:00.000Z' },
        },
        dedupeKey: `changed:${ada.Id}:2026-05-02T10:00:00.000Z`,
      },
      expect.objectContaining({ kind: 'consent_said', status: 'revoked', purpose: 'email' }),
    ]);
  });

  it('may hold a hundred records, and is acknowledged once for all', () => {
    const all = Array.from({ length: 100 }, (_, index) =>
      notification(`04l${index}`, { Id: `003${index}`, LastName: 'x' }),
    );
    expect(read(message(all.join('')))).toHaveLength(100);
    const reply = webhooks.accepted(call(message('')), settings);
    expect(reply.status).toBe(200);
    expect(reply.body.match(/<Ack>true<\/Ack>/g)).toHaveLength(1);
  });

  it('is known by its own id where it does not tell the stamp', () => {
    expect(read(message(notification('04lB1', { Id: ada.Id, LastName: 'x' })))).toMatchObject([
      { dedupeKey: 'notification:04lB1' },
    ]);
  });

  it('of a lead is about a lead, and of anything that is nobody says nothing', () => {
    expect(read(message(notification('1', { Id: '00Q1' }, 'Lead')))).toMatchObject([{ about: { object: 'Lead' } }]);
    expect(read(message(notification('1', { Id: '0061' }, 'Opportunity')))).toEqual([]);
  });

  it('keeps every text as it was typed', () => {
    const typed = fc
      .string({ unit: fc.constantFrom('a', ' ', '&', '<', '>', '"', 'ü', '1') })
      .filter((text) => text.trim() !== '');
    fc.assert(
      fc.property(typed, (Title) => {
        const [fact] = read(message(notification('1', { Id: '003', Title })));
        expect(fact).toMatchObject({ fields: { Title: { type: 'string', value: Title } } });
      }),
    );
  });

  it.each([
    ['something else', 'hello'],
    ['another envelope', '<a><b/></a>'],
    ['a document type', `<!DOCTYPE x [<!ENTITY a "b">]>${message('')}`],
    ['nothing', ''],
  ])('is not %s', (_what, body) => {
    expect(() => read(body)).toThrow(UnreadableHookError);
  });
});

describe('who calls', () => {
  const stranger = (body: string, more: Partial<ProviderHookRequest> = {}, with_ = settings) =>
    webhooks.verify(call(body, more), with_);

  it('is Salesforce with our secret, from our org', () => {
    expect(stranger(message(''))).toBeNull();
  });

  it.each([
    ['without the secret', message(''), { query: {} }],
    ['with another secret', message(''), { query: { secret: 'guess' } }],
    ['from another org', message('', '00DB0000000Xyz9MAC'), {}],
    ['in another way', message(''), { method: 'GET' as const }],
  ])('is a stranger %s', (_what, body, more) => {
    expect(stranger(body, more)).toEqual(expect.any(String));
  });

  it('is everybody a stranger to, until a secret is set', () => {
    expect(stranger(message(''), { query: { secret: '' } }, { ...settings, webhookSecret: '' })).not.toBeNull();
  });

  it('is told in SOAP that it was not taken', () => {
    const reply = webhooks.refused(call(''), 'unavailable');
    expect(reply).toMatchObject({ status: 503, contentType: expect.stringContaining('text/xml') as string });
    expect(reply.body).toContain('<Ack>false</Ack>');
  });
});
