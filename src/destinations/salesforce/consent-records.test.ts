import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Consents } from '../../consent/consent.js';
import type { ErasedRecord } from '../destination.js';
import { idOf, knownFrom, outgoing, request, TestOrg } from './test-support.js';

let org: TestOrg;
beforeAll(async () => {
  org = await TestOrg.start();
});
beforeEach(async () => {
  await org.reset();
  await org.change((state) => ({ features: { ...(state.features as object), dataProtection: true } }));
});
afterAll(() => org.sandbox.close());

const consent = (status: 'granted' | 'revoked', at = '2026-05-01T10:00:00.000Z') => ({
  status,
  at,
  source: 'shop-bot',
  event: 'e',
});
const withProof = { contactPointConsents: true };
const write = (consents: Consents, more: Parameters<typeof outgoing>[1] = {}, settings: object = withProof) =>
  org.connect({ ...settings }).upsert(request([outgoing('a', { consents, ...more })]));

describe('"Do Not Call"', () => {
  it.each([
    ['nothing', {}],
    ['sms', { DoNotCall: true }],
    ['sms_and_whatsapp', { DoNotCall: true }],
  ])('is ticked by a withdrawn consent to SMS where it means %s', async (doNotCallMeans, expected) => {
    await write({ sms: consent('revoked') }, {}, { doNotCallMeans });
    expect((await org.contact('a'))?.DoNotCall === true).toBe('DoNotCall' in expected);
  });
});

describe('consents with their proof', () => {
  it('are kept at the Individual behind the person, which is made', async () => {
    await write({ email: consent('granted'), sms: consent('revoked') });
    const [individual] = await org.records('Individual');
    expect(await org.contact('a')).toMatchObject({ IndividualId: individual?.Id });
    expect(await org.records('ContactPointTypeConsent')).toMatchObject([
      { PartyId: individual?.Id, ContactPointType: 'Email', PrivacyConsentStatus: 'OptIn', CaptureSource: 'shop-bot' },
      { PartyId: individual?.Id, ContactPointType: 'Phone', PrivacyConsentStatus: 'OptOut' },
    ]);
  });

  it('are told once, and again only when the person decides anew', async () => {
    const [first] = await write({ email: consent('granted') });
    const calls = () => org.apiCalls().filter((call) => !call.endsWith('/describe')).length;
    const before = calls();
    const [second] = await write({ email: consent('granted') }, { known: knownFrom(first), changed: {} });
    expect(calls()).toBe(before);
    const later = { email: consent('revoked', '2026-06-01T10:00:00.000Z') };
    await write(later, { known: knownFrom(second), changed: {} });
    expect(await org.records('ContactPointTypeConsent')).toMatchObject([{ PrivacyConsentStatus: 'OptOut' }]);
    expect(await org.records('Individual')).toHaveLength(1);
  });

  it.each([
    ['2026-04-01T10:00:00.000Z', 'OptIn'],
    ['2026-06-01T10:00:00.000Z', 'OptOut'],
  ])('do not outweigh an opt-out of Salesforce’s own that is newer (%s)', async (CaptureDate, expected) => {
    const [first] = await write({}, {}, {});
    const party = { Id: idOf('0PK', 1), LastName: 'x' };
    const held = {
      Id: idOf('0ZX', 1),
      Name: 'x',
      PartyId: party.Id,
      ContactPointType: 'Email',
      PrivacyConsentStatus: 'OptOut',
      CaptureDate,
    };
    await org.put({ Individual: [party], ContactPointTypeConsent: [held] });
    await org.change(({ contacts }) => ({ contacts: contacts.map((one) => ({ ...one, IndividualId: party.Id })) }));
    await write({ email: consent('granted') }, { known: knownFrom(first), changed: {} });
    expect(await org.records('ContactPointTypeConsent')).toMatchObject([{ PrivacyConsentStatus: expected }]);
  });

  it('leave a consent for one purpose of use as it is', async () => {
    const [first] = await write({}, {}, {});
    const party = { Id: idOf('0PK', 1), LastName: 'x' };
    const held = {
      Id: idOf('0ZX', 1),
      Name: 'x',
      PartyId: party.Id,
      ContactPointType: 'Email',
      PrivacyConsentStatus: 'OptIn',
      DataUsePurposeId: idOf('0ZW', 1),
    };
    const purpose = { Id: idOf('0ZW', 1), Name: 'Surveys' };
    await org.put({ Individual: [party], DataUsePurpose: [purpose], ContactPointTypeConsent: [held] });
    await org.change(({ contacts }) => ({ contacts: contacts.map((one) => ({ ...one, IndividualId: party.Id })) }));
    await write({ email: consent('revoked') }, { known: knownFrom(first), changed: {} });
    const consents = await org.records('ContactPointTypeConsent');
    expect(consents.map(({ PrivacyConsentStatus }) => PrivacyConsentStatus)).toEqual(['OptIn', 'OptOut']);
  });

  it('that the org has no place for are said, and told when it has one', async () => {
    await org.change((state) => ({ features: { ...(state.features as object), dataProtection: false } }));
    const [first] = await write({ email: consent('granted') });
    expect(first).toMatchObject({ status: 'delivered', dropped: [{ field: 'ContactPointTypeConsent' }] });
    const { problems } = await org.connect(withProof).check({ mapping: null });
    expect(problems).toEqual([
      expect.stringContaining('Individual'),
      expect.stringContaining('ContactPointTypeConsent'),
    ]);
    await org.change((state) => ({ features: { ...(state.features as object), dataProtection: true } }));
    await write({ email: consent('granted') }, { known: knownFrom(first), changed: {} });
    expect(await org.records('ContactPointTypeConsent')).toHaveLength(1);
  });
});

describe('erasure', () => {
  const erased = (remoteId: string): ErasedRecord => ({
    profileId: 'profile-a',
    key: 'a',
    remoteId,
    memo: null,
    emails: [],
  });
  const erase = (remoteId: string) => org.connect().erase?.('Contact', [erased(remoteId)]);

  it('deletes the contact and the lead it came from, and marks the Individual', async () => {
    const [first] = await write({ email: consent('granted') });
    const { remoteId } = knownFrom(first);
    const lead = { Id: idOf('00Q', 1), LastName: 'x', Company: 'y', IsConverted: true, ConvertedContactId: remoteId };
    await org.put({ Lead: [lead, { Id: idOf('00Q', 2), LastName: 'other', Company: 'y' }] });
    expect(await erase(remoteId)).toEqual([{ profileId: 'profile-a', status: 'erased', already: false }]);
    expect(await org.records('Contact')).toEqual([]);
    expect(await org.records('Lead')).toMatchObject([{ LastName: 'other' }]);
    expect(await org.records('Individual')).toMatchObject([{ ShouldForget: true }]);
  });

  it('is content with what is gone already', async () => {
    const [first] = await write({});
    await erase(knownFrom(first).remoteId);
    expect(await erase(knownFrom(first).remoteId)).toMatchObject([{ status: 'erased', already: true }]);
  });

  it('says so when one of the leads it came from stays, also when another one goes', async () => {
    const [first] = await write({});
    const { remoteId } = knownFrom(first);
    const lead = (serial: number, LastName: string) => ({
      Id: idOf('00Q', serial),
      LastName,
      Company: 'y',
      IsConverted: true,
      ConvertedContactId: remoteId,
    });
    await org.put({ Lead: [lead(1, 'held'), lead(2, 'free')] });
    await org.change(() => ({ lockedIds: [idOf('00Q', 1)] }));
    expect(await erase(remoteId)).toMatchObject([{ status: 'failed', error: { kind: 'transient' } }]);
    await org.change(() => ({ lockedIds: [] }));
    expect(await erase(remoteId)).toMatchObject([{ status: 'erased' }]);
    expect(await org.records('Lead')).toEqual([]);
  });

  it('deletes nothing while the Individual cannot be marked: afterwards nobody could find it', async () => {
    const [first] = await write({ email: consent('granted') });
    const [individual] = await org.records('Individual');
    await org.change(() => ({ lockedIds: [individual?.Id] }));
    expect(await erase(knownFrom(first).remoteId)).toMatchObject([{ status: 'failed', error: { kind: 'transient' } }]);
    expect(await org.records('Contact')).toHaveLength(1);
  });

  it('says why Salesforce does not let go', async () => {
    const [first] = await write({});
    await org.change(() => ({ objectPermissions: { Contact: { delete: false } } }));
    expect(await erase(knownFrom(first).remoteId)).toMatchObject([{ status: 'failed', error: { kind: 'rejected' } }]);
  });
});
