import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../destination.js';
import type { PullPage, PullRequest, RemoteFact } from '../../remote-fact.js';
import { idOf, outgoing, request, TestOrg, type Row } from '../test-support.js';

let org: TestOrg;
beforeAll(async () => {
  org = await TestOrg.start();
});
const dataProtection = (on: boolean) =>
  org.change((state) => ({ features: { ...(state.features as object), dataProtection: on } }));
beforeEach(async () => {
  await org.reset();
  await dataProtection(true);
});
afterAll(() => org.sandbox.close());

async function pull(object = 'LeadThenContact', watermark: Json = null) {
  const facts: RemoteFact[] = [];
  const connection = org.connect();
  for (let cursor: Json = null; ;) {
    const asked: PullRequest = { stream: 'consents', object, fields: [], cursor, watermark, notBefore: null };
    const page: PullPage | undefined = await connection.pull?.(asked);
    facts.push(...(page?.facts ?? []));
    cursor = page?.cursor ?? null;
    if (cursor === null) return { facts, watermark: page?.watermark ?? null };
  }
}

const party = { Id: idOf('0PK', 1), LastName: 'Ito' };
const contact = { Id: idOf('003', 1), LastName: 'Ito', Email: 'Ito@example.test', IndividualId: party.Id };
const point = (more: Row): Row => ({
  Id: idOf('0ZX', 1),
  Name: 'x',
  PartyId: party.Id,
  ContactPointType: 'Email',
  PrivacyConsentStatus: 'OptIn',
  CaptureDate: '2026-05-01T10:00:00.000+0000',
  CaptureSource: 'Preference centre',
  ...more,
});

describe('contact-point consents', () => {
  it.each([
    ['Email', 'OptIn', 'email', 'granted'],
    ['Phone', 'OptOut', 'sms', 'revoked'],
    ['Social', 'OptOut', 'whatsapp', 'revoked'],
  ])(
    'of %s, %s, say so of the person, with the date',
    async (ContactPointType, PrivacyConsentStatus, purpose, status) => {
      const consent = point({ ContactPointType, PrivacyConsentStatus });
      await org.put({ Contact: [contact], Individual: [party], ContactPointTypeConsent: [consent] });
      const { facts } = await pull();
      expect(facts).toMatchObject([
        {
          kind: 'consent_said',
          about: { object: 'Contact', remoteId: contact.Id, email: 'ito@example.test' },
          purpose,
          status,
          occurredAt: new Date('2026-05-01T10:00:00.000Z'),
          own: false,
        },
      ]);
      expect(facts[0]).toHaveProperty('evidence', expect.stringContaining('Preference centre'));
    },
  );

  it.each([
    ['only has been seen', { PrivacyConsentStatus: 'Seen' }],
    ['is about letters', { ContactPointType: 'MailingAddress' }],
    ['is over', { EffectiveTo: '2026-05-02T10:00:00.000+0000' }],
    ['has not begun', { EffectiveFrom: '2999-01-01T10:00:00.000+0000' }],
    ['is for one purpose of use', { DataUsePurposeId: idOf('0ZW', 1) }],
  ])('say nothing where a yes %s', async (_what, more) => {
    await org.put({
      Contact: [contact],
      Individual: [party],
      DataUsePurpose: [{ Id: idOf('0ZW', 1), Name: 'Surveys' }],
      ContactPointTypeConsent: [point(more)],
    });
    expect((await pull()).facts).toEqual([]);
  });

  it('take no other moment for the date of a yes, which core then leaves out', async () => {
    const { CaptureDate: _date, ...consent } = point({});
    await org.put({ Contact: [contact], Individual: [party], ContactPointTypeConsent: [consent] });
    expect((await pull()).facts).toMatchObject([{ status: 'granted', occurredAt: null }]);
  });

  it('that we have written ourselves are ours', async () => {
    const consents = {
      email: { status: 'granted', at: '2026-05-01T10:00:00.000Z', source: 'bot', event: 'e' },
    } as const;
    await org.connect({ contactPointConsents: true }).upsert(request([outgoing('a', { consents })]));
    expect((await pull('Contact')).facts).toMatchObject([{ own: true }]);
  });
});

it('an Individual that is not to be written to says no for every purpose', async () => {
  const lead = { Id: idOf('00Q', 1), LastName: 'x', Company: 'y', IndividualId: party.Id };
  await org.put({ Lead: [lead], Individual: [{ ...party, HasOptedOutSolicit: true }] });
  const { facts } = await pull();
  expect(
    facts.map((fact) => (fact.kind === 'consent_said' ? [fact.about.remoteId, fact.purpose, fact.status] : [])),
  ).toEqual(['email', 'sms', 'whatsapp'].map((purpose) => [lead.Id, purpose, 'revoked']));
});

it('an org that keeps neither is asked for nothing', async () => {
  await dataProtection(false);
  const { facts, watermark } = await pull();
  expect([facts, watermark]).toEqual([[], [null, null]]);
  expect(org.apiCalls().filter((call) => call.endsWith('/query'))).toEqual([]);
});
