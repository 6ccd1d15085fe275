import type { PullPage, RemoteFact } from '../../remote-fact.js';
import type { Account } from '../account.js';
import type { CrmRecord, Version } from '../api/objects.js';
import { changeKey, optOutEvidence, optOutKey } from '../fact-keys.js';
import type { Properties } from '../property.js';
import { changedRecords } from './changed-records.js';
import { referenceProperties, referenceTo } from './contact-references.js';
import { asAttributes } from './derived.js';
import type { HubspotStream } from './stream.js';
import { isOurs, withHistory } from './versions.js';
import { asDate, asFields } from './wire-fields.js';

const optOut = 'hs_email_optout';

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
  optOut,
] as const;

export const contactsStream: HubspotStream = {
  declaration: {
    id: 'contacts',
    title: 'Contacts',
    description:
      'Properties of contacts that the mapping reads, each with the time of its change; merges; who wants no e-mail any more; and what HubSpot has worked out: lifecycle stage, owner, first touch, e-mail engagement.',
    scopes: ['crm.objects.contacts.read', 'crm.schemas.contacts.read', 'crm.objects.owners.read'],
    incremental: true,
    everyMs: 15 * 60_000,
  },
  async pull(account, request): Promise<PullPage> {
    const asked = [...referenceProperties, ...engagementProperties];
    const page = await changedRecords(account, request, { object: 'contacts', properties: asked, pageSize: 200 });
    const properties = await account.catalogs.of('contacts').properties();
    const read = request.fields.filter((field) => properties.has(field));
    const readAt = account.context.now();
    const histories = await historiesOf(account, page.records, read);
    const { appId } = await account.facts.get();
    const within = { since: page.span.since === null ? null : new Date(page.span.since), appId, readAt };
    const facts: RemoteFact[] = [];
    for (const contact of page.records) {
      const past = histories.get(contact.id);
      facts.push(toSighting(contact, within), ...toMerge(contact), ...toOptOut(contact, past, within));
      facts.push(...toChanges(contact, past, read, properties, within));
      facts.push(await toDerived(account, contact, properties));
    }
    return { facts, cursor: page.cursor, watermark: page.watermark, done: page.records.length, total: page.total };
  },
};

/**
 * What the properties that are read have been. A contact's own time of change says nothing of a single property: with it an old value would
 * look like news, and undo what the person has said since.
 */
function historiesOf(
  account: Account,
  contacts: readonly CrmRecord[],
  read: readonly string[],
): Promise<ReadonlyMap<string, CrmRecord>> {
  const concerned = read.length > 0 ? contacts : contacts.filter(isOptedOut);
  return withHistory(
    account,
    concerned.map(({ id }) => id),
    [],
    [...read, optOut],
  );
}

const isOptedOut = ({ properties }: CrmRecord): boolean => properties[optOut] === 'true';

interface Within {
  /** Earlier changes were told before; null: none was. */
  readonly since: Date | null;
  readonly appId: string | null;
  readonly readAt: Date;
}

const isTold = ({ timestamp }: Version, { since }: Within): boolean => since !== null && timestamp < since;

/** That the contact is there: all that is needed of people we do not know. */
const toSighting = (contact: CrmRecord, { since }: Within): RemoteFact => ({
  kind: 'record_changed',
  about: referenceTo(contact),
  occurredAt: contact.updatedAt,
  dedupeKey: `contact:${contact.id}:${contact.updatedAt.toISOString()}`,
  own: false,
  created: since !== null && contact.createdAt >= since,
  fields: {},
});

/** One fact for each property that is read, with the time when it got its present value, and whether that was our own doing. */
function toChanges(
  contact: CrmRecord,
  past: CrmRecord | undefined,
  read: readonly string[],
  properties: Properties,
  within: Within,
): RemoteFact[] {
  return read.flatMap((name): RemoteFact[] => {
    const [version] = past?.propertiesWithHistory[name] ?? [];
    if (version === undefined || isTold(version, within)) return [];
    return [
      {
        kind: 'record_changed',
        about: referenceTo(contact),
        occurredAt: version.timestamp,
        dedupeKey: changeKey(contact.id, name, version.timestamp, version.value ?? ''),
        own: isOurs(version, within.appId),
        created: false,
        readAt: within.readAt,
        fields: asFields({ [name]: version.value }, [name], properties),
      },
    ];
  });
}

/** Without its time an opt-out counts as old: it must not outdo a consent that was given since. */
function toOptOut(contact: CrmRecord, past: CrmRecord | undefined, within: Within): RemoteFact[] {
  if (!isOptedOut(contact)) return [];
  const [version] = past?.propertiesWithHistory[optOut] ?? [];
  if (version !== undefined && isTold(version, within)) return [];
  const at = version?.timestamp ?? contact.createdAt;
  return [
    {
      kind: 'consent_said',
      about: referenceTo(contact),
      occurredAt: at,
      dedupeKey: optOutKey(contact.id, at),
      own: version !== undefined && isOurs(version, within.appId),
      purpose: 'email',
      status: 'revoked',
      evidence: optOutEvidence,
    },
  ];
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
