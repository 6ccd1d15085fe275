import type { Consent, Consents } from '../consent/consent.js';
import type { FieldValue } from '../destinations/record.js';
import type { BatchEvent } from '../events/batch.js';
import { mapProfile, type MappingSight } from '../mapping/map-profile.js';
import { type Mapping, readInto } from '../mapping/mapping.js';
import { ownValue } from '../profiles/own-value.js';
import { type Profile, sameValue } from '../profiles/profile.js';

/** What a destination holds of a profile after it has told us so, in the words a comparison with the profile uses. */
export interface HeldNow {
  readonly fields: Readonly<Record<string, FieldValue>>;
  readonly consents: Consents;
}

/**
 * Where the profile has taken over what was told, the destination holds just what we would send: the same value may be written in another
 * way there, and must not look like news. Where it has not, it holds what it said, which then differs.
 */
export function heldNow(event: BatchEvent, profile: Profile, mapping: Mapping, sight: MappingSight): HeldNow {
  const { incoming } = event;
  const told = incoming.held?.fields ?? {};
  const both = mapping.fields.filter(({ direction, to }) => direction === 'both' && Object.hasOwn(told, to));
  const wouldSend = mapProfile(profile, { ...mapping, fields: both }, sight).fields;
  const fields = both.map((field): [string, FieldValue] => {
    const key = readInto(field) ?? '';
    const said = event.attributes.find((attribute) => attribute.key === key);
    const isTaken = said !== undefined && sameValue(ownValue(profile.attributes, key), said.value);
    return [field.to, (isTaken ? wouldSend[field.to] : undefined) ?? told[field.to] ?? null];
  });
  const consents = (incoming.held?.purposes ?? []).flatMap((purpose): [string, Consent][] => {
    const said = incoming.consents.find((consent) => consent.purpose === purpose);
    const own = profile.consents[purpose];
    if (said === undefined || own === undefined) return [];
    if (said.status === own.status) return [[purpose, own]];
    // It says yes where the person has said no: written down, so that it is told. The other way round we ask nobody to be written to.
    const at = event.occurredAt.toISOString();
    return said.status === 'granted'
      ? [[purpose, { status: 'granted', at, source: event.source, event: event.id }]]
      : [];
  });
  return { fields: Object.fromEntries(fields), consents: Object.fromEntries(consents) };
}
