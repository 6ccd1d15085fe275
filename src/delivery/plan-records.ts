import type { Consent, Consents, Purpose } from '../consent/consent.js';
import type { DroppedField, OutgoingRecord } from '../destinations/destination.js';
import { changedFields, tagDifference } from '../mapping/compare.js';
import { mapProfile, type MappingSight } from '../mapping/map-profile.js';
import type { Mapping } from '../mapping/mapping.js';
import type { Profile } from '../profiles/profile.js';
import type { ContactsAt } from '../profiles/profiles.repository.js';
import type { RemoteRecord } from './remote-records.repository.js';

/** What to do for one profile: send a record, or nothing, and why not. */
export type Plan =
  | {
      readonly action: 'send';
      readonly profile: Profile;
      readonly record: OutgoingRecord;
      readonly problems: readonly DroppedField[];
    }
  | { readonly action: 'none'; readonly profile: Profile; readonly outcome: IdleOutcome; readonly reason: string };

/** Outcomes that need no call. */
export type IdleOutcome = 'unchanged' | 'no_key' | 'withheld';

export interface PlanContext extends MappingSight {
  readonly mapping: Mapping;
  /** Purposes the provider's own records depend on. */
  readonly purposes: readonly Purpose[];
  /** Of a person who has withdrawn one of them; null: of anybody else. */
  readonly contacts: ContactsAt | null;
}

/** Maps a profile and compares it, field by field, with what the destination is known to hold. No call that changes nothing. */
export function planRecord(profile: Profile, held: RemoteRecord | null, context: PlanContext): Plan {
  const { mapping } = context;
  const none = (outcome: IdleOutcome, reason: string): Plan => ({ action: 'none', profile, outcome, reason });
  const required = mapping.requires?.consent;
  const status = required === undefined ? 'granted' : (profile.consents[required]?.status ?? 'unknown');
  // Told even where we wrote nothing, if the destination itself has told us of the person.
  const withdrawn = status === 'revoked' && (held !== null || context.contacts?.isThere === true);
  const { key, fields, tags, lists, problems } = withdrawn
    ? withdrawal(profile, held, context)
    : mapProfile(profile, mapping, context);
  if (key === null) return none('no_key', `waits until it has a value for ${mapping.key.to}`);
  if (status !== 'granted' && !withdrawn) return none('withheld', `consent for ${String(required)} is ${status}`);
  const changed = changedFields(fields, held?.fields ?? {});
  const { add, remove } = tagDifference(tags, held?.tags ?? []);
  const listDifference = tagDifference(lists, held?.lists ?? []);
  const setNews = [add, remove, listDifference.add, listDifference.remove].some(({ length }) => length > 0);
  const sameKey = held?.key === key;
  const consentNews = consentsDiffer(profile.consents, held?.consents ?? {}, context.purposes);
  if (held !== null && sameKey && Object.keys(changed).length === 0 && !setNews && !consentNews)
    return withdrawn
      ? none('withheld', `consent for ${String(required)} is revoked, and the destination has been told`)
      : none('unchanged', 'the destination holds all of it already');
  return {
    action: 'send',
    profile,
    problems,
    record: {
      profileId: profile.id,
      key,
      fields,
      changed,
      tags,
      tagsToAdd: add,
      tagsToRemove: remove,
      lists,
      listsToAdd: listDifference.add,
      listsToRemove: listDifference.remove,
      consents: profile.consents,
      ...(context.contacts !== null && { emails: context.contacts.emails }),
      known: held === null ? null : { remoteId: held.remoteId, memo: held.memo },
    },
  };
}

/** A withdrawal still has to reach a destination that holds the person, under the key it has there; nothing else leaves. */
function withdrawal(profile: Profile, held: RemoteRecord | null, context: PlanContext) {
  const { mapping } = context;
  const consentFields = mapping.fields.filter(({ from }) => 'consent' in from);
  const { key, fields, problems } = mapProfile(profile, { ...mapping, fields: consentFields }, context);
  return { key: held?.key ?? key, fields, tags: held?.tags ?? [], lists: held?.lists ?? [], problems };
}

const consentsDiffer = (wanted: Consents, held: Consents, purposes: readonly Purpose[]): boolean =>
  purposes.some((purpose) => decisionOf(wanted[purpose]) !== decisionOf(held[purpose]));

/** A "no" that is said again counts anew: the person may have signed up at the provider in between. A grant is as old as its proof. */
function decisionOf(consent: Consent | undefined): string {
  if (consent === undefined) return '';
  return `${consent.status} ${consent.status === 'revoked' ? (consent.decidedAt ?? consent.at) : consent.at}`;
}
