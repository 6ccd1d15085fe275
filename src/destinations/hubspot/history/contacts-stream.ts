import type { PullPage, PullRequest, RemoteFact } from '../../remote-fact.js';
import type { Account } from '../account.js';
import type { CrmRecord } from '../api/objects.js';
import { companyOf } from '../companies/company-fields.js';
import type { Properties } from '../property.js';
import { changedRecords } from './changed-records.js';
import { referenceProperties, referenceTo } from './contact-references.js';
import { asAttributes } from './derived.js';
import type { HubspotStream, Span } from './stream.js';
import { asDate, asFields } from './wire-fields.js';

/** Computed by HubSpot for each contact. */
const engagementProperties = [
  'lifecyclestage',
  'hubspot_owner_id',
  'hs_email_open',
  'hs_email_click',
  'hs_email_last_open_date',
  'hs_email_last_click_date',
  'notes_last_updated',
  'hs_analytics_first_timestamp',
  'hs_analytics_source',
  'hs_merged_object_ids',
] as const;

export const contactsStream: HubspotStream = {
  declaration: {
    id: 'contacts',
    title: 'Contacts',
    description:
      'The mapped properties of contacts as HubSpot holds them, merges, and what HubSpot has worked out: lifecycle stage, owner, first touch, e-mail engagement.',
    scopes: ['crm.objects.contacts.read', 'crm.schemas.contacts.read', 'crm.objects.owners.read'],
    incremental: true,
    everyMs: 15 * 60_000,
  },
  async pull(account, request): Promise<PullPage> {
    const mapped = request.fields.filter((field) => companyOf(field) === null);
    const asked = [...new Set([...mapped, ...referenceProperties, ...engagementProperties])];
    const page = await changedRecords(account, request, { object: 'contacts', properties: asked, pageSize: 200 });
    const properties = await account.catalogs.of('contacts').properties();
    const facts: RemoteFact[] = [];
    for (const contact of page.records) {
      facts.push(toChange(contact, mapped, properties, page.span), ...toMerge(contact));
      facts.push(await toDerived(account, contact, properties));
    }
    return { facts, cursor: page.cursor, watermark: page.watermark, done: page.records.length, total: page.total };
  },
};

function toChange(
  contact: CrmRecord,
  mapped: PullRequest['fields'],
  properties: Properties,
  { since }: Span,
): RemoteFact {
  return {
    kind: 'record_changed',
    about: referenceTo(contact),
    occurredAt: contact.updatedAt,
    dedupeKey: `contact:${contact.id}:${contact.updatedAt.toISOString()}`,
    own: false,
    created: since !== null && contact.createdAt >= new Date(since),
    fields: asFields(contact.properties, mapped, properties),
  };
}

function toMerge(contact: CrmRecord): RemoteFact[] {
  const mergedIds = (contact.properties.hs_merged_object_ids ?? '').split(';').filter((id) => id !== '');
  if (mergedIds.length === 0) return [];
  return [
    {
      kind: 'record_merged',
      about: referenceTo(contact),
      occurredAt: null,
      dedupeKey: `merge:${contact.id}:${mergedIds.toSorted().join(';')}`,
      own: false,
      mergedIds,
    },
  ];
}

async function toDerived(account: Account, contact: CrmRecord, properties: Properties): Promise<RemoteFact> {
  const { properties: held } = contact;
  const stage = properties.get('lifecyclestage')?.options.find(({ value }) => value === held.lifecyclestage);
  return {
    kind: 'derived',
    about: referenceTo(contact),
    occurredAt: contact.updatedAt,
    dedupeKey: `derived:contact:${contact.id}:${contact.updatedAt.toISOString()}`,
    own: false,
    attributes: asAttributes({
      hubspotLifecycleStage: stage?.label ?? textOrNull(held.lifecyclestage),
      hubspotOwner: await ownerOf(account, held.hubspot_owner_id),
      hubspotFirstTouchAt: (asDate(held.hs_analytics_first_timestamp) ?? contact.createdAt).toISOString(),
      hubspotFirstTouch: textOrNull(held.hs_analytics_source),
      hubspotEmailOpens: numberOrNull(held.hs_email_open),
      hubspotEmailClicks: numberOrNull(held.hs_email_click),
      hubspotLastEngagementAt: latest(
        held.hs_email_last_open_date,
        held.hs_email_last_click_date,
        held.notes_last_updated,
      ),
    }),
  };
}

const textOrNull = (text: string | null | undefined): string | null => (text === '' ? null : (text ?? null));

const numberOrNull = (text: string | null | undefined): number | null =>
  text === null || text === undefined || text === '' || !Number.isFinite(Number(text)) ? null : Number(text);

async function ownerOf({ directory }: Account, id: string | null | undefined): Promise<string | null> {
  if (id === null || id === undefined || id === '') return null;
  const owner = await directory.owner(id);
  if (owner === null) return null;
  return owner.email === '' ? textOrNull(owner.name) : owner.email;
}

function latest(...texts: readonly (string | null | undefined)[]): string | null {
  const times = texts.flatMap((text) => asDate(text)?.getTime() ?? []);
  return times.length === 0 ? null : new Date(Math.max(...times)).toISOString();
}
