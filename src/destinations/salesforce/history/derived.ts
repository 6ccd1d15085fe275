import type { IncomingAttribute } from '../../../events/incoming-event.js';
import type { DerivedAttribute, RecordReference, RemoteFact } from '../../remote-fact.js';

/** What is worked out of a person's history, and how. */
const derivedAttributes = {
  salesforceOwner: {
    type: 'string',
    label: 'Salesforce owner',
    description: 'E-mail address of the user who owns the record; a queue’s name where a queue owns it.',
  },
  salesforceDeals: {
    type: 'number',
    label: 'Salesforce opportunities',
    description: 'How many opportunities have the person as a contact.',
  },
  salesforceOpenAmount: {
    type: 'number',
    label: 'Salesforce open pipeline',
    description:
      'Sum of the amounts of the opportunities that are not closed; none where they are in several currencies.',
  },
  salesforceWonDeals: {
    type: 'number',
    label: 'Salesforce opportunities won',
    description: 'How many opportunities with the person as a contact were won.',
  },
  salesforceWonAmount: {
    type: 'number',
    label: 'Salesforce won amount',
    description: 'Sum of the amounts of the opportunities that were won; none where they are in several currencies.',
  },
  salesforceLastWonAt: {
    type: 'date',
    label: 'Salesforce last won on',
    description: 'Close date of the opportunity that was won last.',
  },
  salesforceOpenCases: {
    type: 'number',
    label: 'Salesforce open cases',
    description: 'How many cases of the person are not closed.',
  },
  salesforceLastActivityAt: {
    type: 'date',
    label: 'Salesforce last activity on',
    description: 'Day of the latest task or event with the person, as Salesforce reckons it.',
  },
  salesforceCampaignResponses: {
    type: 'number',
    label: 'Salesforce campaign responses',
    description: 'In how many campaigns the person has responded.',
  },
} as const satisfies Record<string, Omit<DerivedAttribute, 'key'>>;
export type DerivedKey = keyof typeof derivedAttributes;

export const derives: readonly DerivedAttribute[] = Object.entries(derivedAttributes).map(([key, rest]) => ({
  key,
  ...rest,
}));

/** Values by attribute; what is null is not known and says nothing. */
export type DerivedValues = Readonly<Partial<Record<DerivedKey, string | number | null>>>;

/** null: nothing is known. The same values at another time are the same fact. */
export function derivedFact(
  stream: string,
  about: RecordReference,
  occurredAt: Date | null,
  values: DerivedValues,
): RemoteFact | null {
  const attributes = (Object.keys(derivedAttributes) as DerivedKey[]).flatMap((key): IncomingAttribute[] => {
    const value = values[key];
    const { type, label } = derivedAttributes[key];
    return value === undefined || value === null ? [] : [{ key, label, type, value }];
  });
  if (attributes.length === 0) return null;
  const said = attributes.map(({ key, value }) => `${key}=${String(value)}`).join(',');
  return {
    kind: 'derived',
    about,
    occurredAt,
    dedupeKey: `derived:${stream}:${about.remoteId ?? ''}:${occurredAt?.toISOString() ?? ''}:${said}`,
    own: false,
    attributes,
  };
}
