import { z } from 'zod';
import type { Purpose } from '../../consent/consent.js';
import { DeliveryError } from '../delivery-error.js';
import type { DroppedField } from '../destination.js';
import type { SavedPerson } from './after-save.js';
import { createRows, inCollections, updateRows, type WireRecord } from './collections.js';
import { linkIndividuals } from './individuals.js';
import { readMemo } from './memo.js';
import { queriesByKey } from './soql-text.js';
import { complaintError } from './to-delivery-error.js';
import type { SavedRow } from './wire.js';
import type { Tools } from './write-plan.js';

/** How Salesforce names the ways to reach a person. */
export const contactPointTypes = { email: 'Email', sms: 'Phone', whatsapp: 'Social' } as const satisfies Record<
  Purpose,
  string
>;
const statuses = { granted: 'OptIn', revoked: 'OptOut' } as const;

/** A decision that the org's consent records do not know yet. */
interface Decision {
  readonly person: SavedPerson;
  readonly purpose: Purpose;
  readonly status: keyof typeof statuses;
  readonly at: string;
  readonly source: string;
}

export interface Told {
  /** What the org has been told by now, by purpose. */
  readonly told: Readonly<Record<string, string>>;
  readonly dropped: readonly DroppedField[];
}

/**
 * Keeps contact-point type consents with proof: one per way to reach the person, with when and where it was given. An opt-in
 * replaces an opt-out of Salesforce's own only when the person gave it later.
 */
export async function tellConsents(
  tools: Tools,
  people: readonly SavedPerson[],
): Promise<ReadonlyMap<string, Told | DeliveryError>> {
  const outcome = new Map<string, Told | DeliveryError>();
  if (!tools.client.settings.contactPointConsents) return outcome;
  const decisions = people.flatMap(newsOf);
  if (decisions.length === 0) return outcome;
  if ((await tools.schemas.find('ContactPointTypeConsent')) === null) {
    for (const { person } of decisions) outcome.set(person.record.profileId, hidden(person));
    return outcome;
  }
  const parties = await linkIndividuals(tools, [...new Set(decisions.map(({ person }) => person))]);
  for (const [profileId, party] of parties) if (party instanceof DeliveryError) outcome.set(profileId, party);
  const rows = await writeDecisions(tools, decisions, parties);
  for (const { decision, refusal } of rows) {
    const { profileId } = decision.person.record;
    const before = outcome.get(profileId) ?? { told: readMemo(decision.person.record).consentsTold, dropped: [] };
    if (before instanceof DeliveryError) continue;
    outcome.set(
      profileId,
      refusal === null
        ? { ...before, told: { ...before.told, [decision.purpose]: stampOf(decision) } }
        : { ...before, dropped: [...before.dropped, refusal] },
    );
  }
  return outcome;
}

function newsOf(person: SavedPerson): readonly Decision[] {
  const { consents } = person.record;
  const told = person.result.created ? {} : readMemo(person.record).consentsTold;
  return (Object.keys(contactPointTypes) as Purpose[]).flatMap((purpose) => {
    const consent = consents[purpose];
    if (consent === undefined || consent.status === 'unknown') return [];
    const decision = { person, purpose, status: consent.status, at: consent.at, source: consent.source };
    return told[purpose] === stampOf(decision) ? [] : [decision];
  });
}

const stampOf = ({ status, at }: Pick<Decision, 'status' | 'at'>): string => `${status} ${at}`;

const hidden = ({ record }: SavedPerson): Told => ({
  told: readMemo(record).consentsTold,
  dropped: [
    {
      field: 'ContactPointTypeConsent',
      code: 'INVALID_TYPE',
      message: 'The integration user cannot see ContactPointTypeConsent: consents are not kept there',
    },
  ],
});

const present = z.object({
  Id: z.string(),
  PartyId: z.string(),
  ContactPointType: z.string(),
  PrivacyConsentStatus: z.string().nullish(),
  CaptureDate: z.string().nullish(),
  /** A consent for one purpose of use is none of ours. */
  DataUsePurposeId: z.string().nullish(),
});

async function writeDecisions(
  { client, schemas }: Tools,
  decisions: readonly Decision[],
  parties: ReadonlyMap<string, string | DeliveryError>,
): Promise<readonly { readonly decision: Decision; readonly refusal: DroppedField | null }[]> {
  const placed = decisions.flatMap((decision) => {
    const party = parties.get(decision.person.record.profileId);
    return typeof party === 'string' ? [{ decision, party }] : [];
  });
  const held = new Map<string, z.infer<typeof present>>();
  const partyIds = [...new Set(placed.map(({ party }) => party))];
  const { fields } = await schemas.get('ContactPointTypeConsent');
  const select = Object.keys(present.shape).filter((name) => name === 'Id' || fields.has(name));
  for (const soql of queriesByKey('ContactPointTypeConsent', select, 'PartyId', partyIds))
    for (const row of z.array(present).parse(await client.query(soql)))
      if (row.DataUsePurposeId == null) held.set(`${row.PartyId} ${row.ContactPointType}`, row);
  const known = placed.map((one) => ({
    ...one,
    row: held.get(`${one.party} ${contactPointTypes[one.decision.purpose]}`),
  }));
  const settled = known.filter(({ decision, row }) => row !== undefined && standsAnyway(decision, row));
  const open = known.filter((one) => !settled.includes(one));
  const fresh = open.filter(({ row }) => row === undefined);
  const old = open.flatMap(({ row, ...one }) => (row === undefined ? [] : [{ ...one, id: row.Id }]));
  const made = await inCollections(fresh, (some) =>
    createRows(
      client,
      'ContactPointTypeConsent',
      some.map(({ decision, party }) => ({ ...valuesOf(decision), ...identity(decision, party) })),
    ),
  );
  const changed = await inCollections(old, (some) =>
    updateRows(
      client,
      'ContactPointTypeConsent',
      some.map(({ decision, id }) => ({ id, ...valuesOf(decision) })),
    ),
  );
  return [
    ...settled.map(({ decision }) => ({ decision, refusal: null })),
    ...fresh.map(({ decision }, index) => ({ decision, refusal: refusalIn(made[index]) })),
    ...old.map(({ decision }, index) => ({ decision, refusal: refusalIn(changed[index]) })),
  ];
}

/** A later opt-out of Salesforce's own outweighs our opt-in, and what is there already need not be written. */
function standsAnyway({ status, at }: Decision, row: z.infer<typeof present>): boolean {
  if (row.PrivacyConsentStatus === statuses[status]) return true;
  return status === 'granted' && Date.parse(row.CaptureDate ?? '') >= Date.parse(at);
}

const identity = ({ purpose }: Decision, PartyId: string): WireRecord => ({
  PartyId,
  Name: `Parley ${purpose}`,
  ContactPointType: contactPointTypes[purpose],
});

const valuesOf = ({ status, at, source }: Decision): WireRecord => ({
  PrivacyConsentStatus: statuses[status],
  CaptureDate: at,
  CaptureContactPointType: 'Web',
  CaptureSource: source.slice(0, 255),
  EffectiveFrom: at,
});

function refusalIn(row: SavedRow | undefined): DroppedField | null {
  const complaint = row?.errors[0];
  if (row?.success === true) return null;
  return {
    field: 'ContactPointTypeConsent',
    code: complaint?.code ?? 'RESULT_MISSING',
    message:
      complaint === undefined ? 'Salesforce did not say what became of it' : complaintError(complaint, 200).message,
  };
}
