import type { Consents } from '../consent/consent.js';
import type { AttributeValue } from './attribute.js';
import type { Profile, TagProvenance } from './profile.js';
import { byAttribute, type StoredProvenance } from './stored-provenance.js';

/** A row of `profiles`, as the driver returns it. */
export interface ProfileRow {
  readonly id: string;
  readonly version: number;
  readonly attributes: Record<string, AttributeValue>;
  readonly attribute_provenance: StoredProvenance;
  readonly tags: string[];
  readonly tag_provenance: Record<string, TagProvenance>;
  readonly consents: Consents;
  readonly segments: Record<string, number>;
  readonly merged_into: string | null;
  readonly created_at: Date;
  readonly last_event_at: Date;
}

export const profileOf = (row: ProfileRow): Profile => ({
  id: row.id,
  version: row.version,
  attributes: row.attributes,
  attributeProvenance: byAttribute(row.attribute_provenance),
  tags: row.tags,
  tagProvenance: row.tag_provenance,
  consents: row.consents,
  segments: row.segments,
  createdAt: row.created_at,
  lastEventAt: row.last_event_at,
});
