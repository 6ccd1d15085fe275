import type { PullPage, RemoteFact } from '../../remote-fact.js';
import type { CrmRecord, Version } from '../api/objects.js';
import { changedRecords } from './changed-records.js';
import { referenceProperties, referenceTo } from './contact-references.js';
import type { HubspotStream } from './stream.js';
import { historiesPerCall, isOurs, withHistory } from './versions.js';

/** Properties whose changes are worth an event, and its name. */
const told = {
  lifecyclestage: 'lifecycle_stage_changed',
  hs_lead_status: 'lead_status_changed',
  hubspot_owner_id: 'owner_changed',
} as const;

export const contactHistoryStream: HubspotStream = {
  declaration: {
    id: 'contact_history',
    title: 'History of contacts',
    description: 'When lifecycle stage, lead status and owner of a contact changed, from what to what, and by whom.',
    scopes: ['crm.objects.contacts.read'],
    incremental: true,
    everyMs: 60 * 60_000,
  },
  async pull(account, request): Promise<PullPage> {
    const page = await changedRecords(account, request, {
      object: 'contacts',
      properties: ['hs_object_id'],
      pageSize: historiesPerCall,
    });
    const { appId } = await account.facts.get();
    const ids = page.records.map(({ id }) => id);
    const contacts = await withHistory(account, ids, referenceProperties, Object.keys(told));
    const since = page.span.since === null ? null : new Date(page.span.since);
    return {
      facts: [...contacts.values()].flatMap((contact) => changesOf(contact, since, appId)),
      cursor: page.cursor,
      watermark: page.watermark,
      done: page.records.length,
      total: page.total,
    };
  },
};

function changesOf(contact: CrmRecord, since: Date | null, appId: string | null): RemoteFact[] {
  return Object.entries(told).flatMap(([property, name]) => {
    const versions = contact.propertiesWithHistory[property] ?? [];
    return versions.flatMap((version, place): RemoteFact[] => {
      if (since !== null && version.timestamp < since) return [];
      return [
        {
          kind: 'activity',
          name,
          about: referenceTo(contact),
          occurredAt: version.timestamp,
          dedupeKey: `${name}:${contact.id}:${version.timestamp.toISOString()}`,
          own: isOurs(version, appId),
          properties: { ...fromTo(version, versions[place + 1]), source: version.sourceType },
        },
      ];
    });
  });
}

/** Newest first, so what was before stands behind. */
const fromTo = (version: Version, before: Version | undefined): Record<string, string> => ({
  to: version.value ?? '',
  ...(before?.value ? { from: before.value } : {}),
});
