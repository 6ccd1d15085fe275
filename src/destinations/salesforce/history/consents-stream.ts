import { z } from 'zod';
import { purposes, type Purpose } from '../../../consent/consent.js';
import type { PullPage, PullRequest, RecordReference, RemoteFact } from '../../remote-fact.js';
import { contactPointTypes } from '../consent-records.js';
import { isSameId, userIdOf } from '../identity.js';
import { individualField } from '../individuals.js';
import { kindsOf } from '../person-kind.js';
import { queriesByKey } from '../soql-text.js';
import type { Tools } from '../write-plan.js';
import { changedRows, momentOf, pageOf } from './changed-rows.js';
import { minuteMs, type SalesforceStream } from './history-stream.js';
import { inTurn } from './in-turn.js';
import { flag, text } from './row-values.js';

export const consentsStream: SalesforceStream = {
  declaration: {
    id: 'consents',
    title: 'Consents',
    description:
      'What people have agreed to or refused, as the org’s contact-point consents say with their dates; and who is not to be written to or processed at all, as the Individual says. Nothing where the org keeps neither.',
    scopes: ['ContactPointTypeConsent: read', 'Individual: read'],
    incremental: true,
    everyMs: 15 * minuteMs,
  },
  pull: (tools, request) =>
    inTurn([(part) => pullPoints(tools, part), (part) => pullIndividuals(tools, part)], request),
};

const point = z.object({
  Id: z.string(),
  PartyId: z.string(),
  ContactPointType: text,
  PrivacyConsentStatus: text,
  CaptureDate: text,
  CaptureSource: text,
  EffectiveFrom: text,
  EffectiveTo: text,
  DataUsePurposeId: text,
  LastModifiedById: text,
  SystemModstamp: text,
});
type Point = z.infer<typeof point>;
const pointFields = Object.keys(point.shape).filter((name) => name !== 'Id' && name !== 'SystemModstamp');

async function pullPoints(tools: Tools, request: PullRequest): Promise<PullPage | null> {
  const { client } = tools;
  const schema = await tools.schemas.find('ContactPointTypeConsent');
  if (schema === null) return null;
  const fields = pointFields.filter((name) => schema.fields.has(name));
  const page = await changedRows(client, request, { object: schema.name, fields, pageSize: 200 });
  const rows = z.array(point).parse(page.rows);
  const people = await peopleBehind(
    tools,
    request.object,
    rows.map(({ PartyId }) => PartyId),
  );
  const us = await userIdOf(client);
  const now = client.context.now();
  const facts = rows.flatMap((row) =>
    (people.get(row.PartyId) ?? []).flatMap((about) => saidByPoint(row, about, us, now) ?? []),
  );
  return { ...pageOf(page), facts };
}

const purposeOf = (type: string | null | undefined): Purpose | undefined =>
  purposes.find((purpose) => contactPointTypes[purpose] === type);

/** A yes for one purpose of use, or for another time, is none for ours; a no always counts. */
function saidByPoint(row: Point, about: RecordReference, us: string | null, now: Date): RemoteFact | null {
  const purpose = purposeOf(row.ContactPointType);
  const isYes = row.PrivacyConsentStatus === 'OptIn';
  if (purpose === undefined || (!isYes && row.PrivacyConsentStatus !== 'OptOut')) return null;
  const [from, until] = [momentOf(row.EffectiveFrom), momentOf(row.EffectiveTo)];
  const isInForce = (from === null || from <= now) && (until === null || until > now);
  if (isYes && (!isInForce || row.DataUsePurposeId != null)) return null;
  // Without a date a yes may be older than a withdrawal, so no other moment stands in for it.
  const at = momentOf(row.CaptureDate) ?? (isYes ? null : momentOf(row.SystemModstamp));
  const source = row.CaptureSource == null ? '' : ` (${row.CaptureSource})`;
  return {
    kind: 'consent_said',
    about,
    occurredAt: at,
    own: isSameId(us, row.LastModifiedById ?? null),
    purpose,
    status: isYes ? 'granted' : 'revoked',
    evidence: `ContactPointTypeConsent ${row.ContactPointType ?? ''}: ${row.PrivacyConsentStatus}${source}`,
    dedupeKey: `consent:${row.Id}:${about.remoteId ?? ''}:${row.PrivacyConsentStatus}:${at?.toISOString() ?? ''}`,
  };
}

/** Boxes of an Individual that forbid to write to the person at all. */
const forbiddingBoxes = ['HasOptedOutSolicit', 'HasOptedOutProcessing', 'ShouldForget'] as const;
const individual = z.object({
  Id: z.string(),
  HasOptedOutSolicit: flag,
  HasOptedOutProcessing: flag,
  ShouldForget: flag,
  LastModifiedById: text,
  SystemModstamp: text,
});

async function pullIndividuals(tools: Tools, request: PullRequest): Promise<PullPage | null> {
  const { client } = tools;
  const schema = await tools.schemas.find('Individual');
  const boxes = forbiddingBoxes.filter((name) => schema?.fields.has(name) === true);
  if (schema === null || boxes.length === 0) return null;
  const where = boxes.map((name) => `${name} = true`).join(' OR ');
  const fields = [...boxes, 'LastModifiedById'];
  const page = await changedRows(client, request, { object: schema.name, fields, where, pageSize: 200 });
  const rows = z.array(individual).parse(page.rows);
  const people = await peopleBehind(
    tools,
    request.object,
    rows.map(({ Id }) => Id),
  );
  const us = await userIdOf(client);
  const facts = rows.flatMap((row) =>
    (people.get(row.Id) ?? []).flatMap((about) =>
      forbiddingBoxes
        .filter((box) => row[box])
        .flatMap((box) =>
          purposes.map((purpose): RemoteFact => ({
            kind: 'consent_said',
            about,
            occurredAt: momentOf(row.SystemModstamp),
            own: isSameId(us, row.LastModifiedById ?? null),
            purpose,
            status: 'revoked',
            evidence: `Individual ${box}: true`,
            dedupeKey: `opted_out:${box}:${purpose}:${about.remoteId ?? ''}`,
          })),
        ),
    ),
  );
  return { ...pageOf(page), facts };
}

/** The people whom the mapping knows, by the Individual behind them. */
async function peopleBehind(
  { client, schemas }: Tools,
  object: string,
  individualIds: readonly string[],
): Promise<ReadonlyMap<string, readonly RecordReference[]>> {
  const people = new Map<string, RecordReference[]>();
  for (const kind of kindsOf(object)) {
    const field = individualField[kind.id];
    const schema = await schemas.find(kind.sobject);
    if (schema?.fields.has(field) !== true) continue;
    const select = ['Id', field, kind.email].filter((name) => name === 'Id' || schema.fields.has(name));
    for (const soql of queriesByKey(kind.sobject, select, field, [...new Set(individualIds)]))
      for (const row of await client.query(soql)) {
        const email = text.parse(row[kind.email])?.toLowerCase() ?? null;
        const about = { object: kind.id, remoteId: String(row.Id), email, phone: null };
        const id = String(row[field]);
        people.set(id, [...(people.get(id) ?? []), about]);
      }
  }
  return people;
}
