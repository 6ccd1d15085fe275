import type { WireRecord } from './collections.js';
import type { PersonKind } from './person-kind.js';

/** Something at Salesforce that people can be put into by its name. */
export interface NamedSet {
  readonly object: 'Campaign' | 'Topic';
  readonly member: 'CampaignMember' | 'TopicAssignment';
  /** The member's field that holds the set's id. */
  readonly setField: string;
  /** The member's field that holds the person's id. */
  readonly personField: (kind: PersonKind) => string;
  /** A person account is in campaigns through the contact behind it. */
  readonly takesContacts: boolean;
  readonly longestName: number;
  readonly made: (name: string) => WireRecord;
}

/** Lists: campaigns with their members. */
export const campaigns: NamedSet = {
  object: 'Campaign',
  member: 'CampaignMember',
  setField: 'CampaignId',
  personField: ({ id }) => (id === 'Lead' ? 'LeadId' : 'ContactId'),
  takesContacts: true,
  longestName: 80,
  made: (Name) => ({ Name, IsActive: true }),
};

/** Tags as topics of the record. */
export const topics: NamedSet = {
  object: 'Topic',
  member: 'TopicAssignment',
  setField: 'TopicId',
  personField: () => 'EntityId',
  takesContacts: false,
  longestName: 99,
  made: (Name) => ({ Name }),
};
