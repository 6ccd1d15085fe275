import { Injectable } from '@nestjs/common';
import { DeliveryError } from '../destinations/delivery-error.js';
import type { RecordPreview } from '../destinations/record.js';
import type { ActiveDestination } from '../mapping/mapping-directory.service.js';
import { interestOf, type Mapping } from '../mapping/mapping.js';
import { AttributeCatalog } from '../profiles/attribute-catalog.service.js';
import { Profiles } from '../profiles/profiles.repository.js';
import { Connections } from './connections.service.js';
import { planRecord } from './plan-records.js';
import { targetOf } from './preparation.service.js';
import { RemoteRecords } from './remote-records.repository.js';
import { contactsOfWithdrawn } from './withdrawn-contacts.js';

/** What would happen to one profile at a destination. */
export interface Rehearsed {
  readonly profileId: string;
  /** What delivery would do by itself: send, or nothing and why. */
  readonly plan:
    { readonly action: 'send' } | { readonly action: 'none'; readonly outcome: string; readonly reason: string };
  /** Values that could not be converted to what their field should hold. */
  readonly problems: readonly { readonly field: string; readonly code: string; readonly message: string }[];
  /** What the provider holds and would be sent; null: nothing would be sent, or the provider cannot show it. */
  readonly preview: RecordPreview | null;
}

/** Tries a mapping without writing anything. */
@Injectable()
export class Rehearsal {
  constructor(
    private readonly profiles: Profiles,
    private readonly catalog: AttributeCatalog,
    private readonly remoteRecords: RemoteRecords,
    private readonly connections: Connections,
  ) {}

  /** @throws DeliveryError what the provider says when it does not let us look */
  async run(active: ActiveDestination, mapping: Mapping, profileIds: readonly string[]): Promise<Rehearsed[]> {
    const [profiles, held, identities] = await Promise.all([
      this.profiles.findMany(profileIds),
      this.remoteRecords.find(active.destination, profileIds),
      this.profiles.subscriberIds(profileIds),
    ]);
    await this.catalog.learnMissing([...interestOf(mapping, false).attributes]);
    const contacts = await contactsOfWithdrawn(this.profiles, active, mapping, profiles.values());
    const planned = [...profiles.values()].map((profile) => {
      const context = {
        mapping,
        purposes: active.provider.consents ?? [],
        contacts: contacts.get(profile.id) ?? null,
        typeOf: (key: string) => this.catalog.typeOf(key),
        identities: identities.get(profile.id) ?? new Map<string, string>(),
      };
      return { profile, plan: planRecord(profile, held.get(profile.id) ?? null, context) };
    });
    const records = planned.flatMap(({ plan }) => (plan.action === 'send' ? [plan.record] : []));
    const connection = this.connections.to(active);
    if (records.length > 0 && connection.preview === undefined)
      throw new DeliveryError('rejected', `${active.provider.title} shows no previews`, { code: 'NO_PREVIEW' });
    const previews = records.length === 0 ? [] : await connection.preview?.({ ...targetOf(mapping), records });
    const found = new Map((previews ?? []).map((preview) => [preview.profileId, preview]));
    return planned.map(({ profile, plan }) => ({
      profileId: profile.id,
      plan:
        plan.action === 'send' ? { action: 'send' } : { action: 'none', outcome: plan.outcome, reason: plan.reason },
      problems: plan.action === 'send' ? plan.problems : [],
      preview: found.get(profile.id) ?? null,
    }));
  }
}
