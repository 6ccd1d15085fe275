import { byId } from '../events/dedupe.js';
import type { HeldRecord, IncomingAttribute, IncomingConsent, IncomingEvent } from '../events/incoming-event.js';
import type { RecordChanged, RemoteFact } from '../destinations/remote-fact.js';
import { type MappedField, type Mapping, readInto } from '../mapping/mapping.js';

/** What a fact says, but for whom it is about. */
export type FactEvent = Omit<IncomingEvent, 'identities'>;

/** What has to be known of the destination that a fact comes from. */
export interface FactSight {
  readonly destination: string;
  /** null: it has none, so no field is read into an attribute. */
  readonly mapping: Mapping | null;
}

/** What differs from fact to fact; the rest of an event is the same for all. */
type Said = Pick<FactEvent, 'kind' | 'name'> &
  Partial<Pick<FactEvent, 'attributes' | 'consents' | 'properties' | 'notes'>> & {
    readonly held?: Pick<HeldRecord, 'fields' | 'purposes' | 'readAt'>;
  };

/**
 * A destination's fact as an event for the pipeline. Fields become attributes only where the mapping reads them back; everything else of
 * a record stays at the destination.
 */
export function eventOfFact(fact: RemoteFact, sight: FactSight): FactEvent {
  const { held, ...said } = saidBy(fact, sight);
  return {
    occurredAt: fact.occurredAt,
    dedupe: byId(fact.kind, fact.dedupeKey),
    channel: null,
    attributes: [],
    tagsAdded: [],
    tagsRemoved: [],
    consents: [],
    text: null,
    properties: { object: fact.about.object },
    notes: [],
    ...said,
    ...(held !== undefined && {
      held: { destination: sight.destination, remoteId: fact.about.remoteId, ...held },
    }),
  };
}

/** An event that holds nothing a profile or a person could learn from. */
export const saysNothing = ({ name, attributes }: FactEvent): boolean =>
  (name === 'record_changed' || name === 'record_created' || name === 'history_summed_up') && attributes.length === 0;

function saidBy(fact: RemoteFact, { mapping }: FactSight): Said {
  const { object } = fact.about;
  switch (fact.kind) {
    case 'record_changed':
      return changed(fact, mapping);
    case 'record_gone':
      return { kind: 'crm_record', name: 'record_deleted' };
    case 'record_merged':
      return { kind: 'crm_record', name: 'records_merged', properties: { object, merged: fact.mergedIds.join(', ') } };
    case 'consent_said':
      return consentSaid(fact);
    case 'activity':
      return { kind: 'crm_activity', name: fact.name, properties: { object, ...fact.properties } };
    case 'derived':
      return { kind: 'crm_record', name: 'history_summed_up', attributes: fact.attributes };
  }
}

function changed({ created, fields, readAt }: RecordChanged, mapping: Mapping | null): Said {
  const read = (mapping?.fields ?? []).flatMap((field) => {
    const key = readInto(field);
    // An emptied field empties no attribute: what the person has said stays said.
    const value = Object.hasOwn(fields, field.to) ? (fields[field.to] ?? null) : null;
    return key === null || value === null ? [] : [{ field, key, value }];
  });
  const attributes = read.map(({ field, key, value }): IncomingAttribute => ({
    key,
    label: field.to,
    ...value,
    beats: beats(field),
  }));
  return {
    kind: 'crm_record',
    name: created ? 'record_created' : 'record_changed',
    attributes,
    held: {
      fields: Object.fromEntries(read.map(({ field, value }) => [field.to, value])),
      purposes: [],
      ...(readAt !== undefined && { readAt }),
    },
  };
}

const whatGivesWay = { newest: 'older', destination: 'any', profile: 'none' } as const satisfies Record<
  NonNullable<MappedField['wins']>,
  IncomingAttribute['beats']
>;

const beats = ({ wins }: MappedField): NonNullable<IncomingAttribute['beats']> => whatGivesWay[wins ?? 'newest'];

/** Somebody's yes counts only with its time: without one it could be an old one that they have taken back since. */
function consentSaid({
  purpose,
  status,
  evidence,
  occurredAt,
  about,
}: Extract<RemoteFact, { kind: 'consent_said' }>): Said {
  const isUndated = status === 'granted' && occurredAt === null;
  const consent: IncomingConsent = { purpose, status, evidence, field: null };
  return {
    kind: 'crm_record',
    name: `consent_${status}`,
    consents: isUndated ? [] : [consent],
    properties: { object: about.object, purpose },
    notes: isUndated ? [`"${evidence}" has no date and was left out: it may be older than a withdrawal.`] : [],
    held: { fields: {}, purposes: isUndated ? [] : [purpose] },
  };
}
