import type { IncomingAttribute } from '../../../events/incoming-event.js';
import type { AttributeValue } from '../../../profiles/attribute.js';
import type { DerivedAttribute } from '../../remote-fact.js';

/** What is worked out of a contact's history, and how. */
export const derivedAttributes = {
  hubspotLifecycleStage: {
    type: 'string',
    label: 'HubSpot lifecycle stage',
    description: 'Name of the contact’s lifecycle stage now.',
  },
  hubspotOwner: {
    type: 'string',
    label: 'HubSpot owner',
    description: 'E-mail address of the person who owns the contact; their name when HubSpot tells no address.',
  },
  hubspotFirstTouchAt: {
    type: 'datetime',
    label: 'HubSpot first touch at',
    description: 'When HubSpot first saw the person on a page; else when the contact was created.',
  },
  hubspotFirstTouch: {
    type: 'string',
    label: 'HubSpot first touch',
    description: 'The original traffic source, in HubSpot’s words, for example ORGANIC_SEARCH.',
  },
  hubspotEmailOpens: {
    type: 'number',
    label: 'HubSpot e-mails opened',
    description: 'How many marketing e-mails the person has opened.',
  },
  hubspotEmailClicks: {
    type: 'number',
    label: 'HubSpot e-mails clicked',
    description: 'In how many marketing e-mails the person has clicked on a link.',
  },
  hubspotLastEngagementAt: {
    type: 'datetime',
    label: 'HubSpot last engagement at',
    description: 'The latest of: last e-mail opened, last e-mail clicked, last activity logged with the contact.',
  },
  hubspotDeals: { type: 'number', label: 'HubSpot deals', description: 'How many deals the contact has.' },
  hubspotOpenAmount: {
    type: 'number',
    label: 'HubSpot open amount',
    description: 'Sum of the amounts of the deals that are not closed, in the account’s currency.',
  },
  hubspotWonDeals: { type: 'number', label: 'HubSpot deals won', description: 'How many deals were won.' },
  hubspotWonAmount: {
    type: 'number',
    label: 'HubSpot won amount',
    description: 'Sum of the amounts of the deals that were won, in the account’s currency.',
  },
  hubspotLastWonAt: {
    type: 'datetime',
    label: 'HubSpot last won at',
    description: 'Close date of the deal that was won last.',
  },
} as const satisfies Record<string, Omit<DerivedAttribute, 'key'>>;
export type DerivedKey = keyof typeof derivedAttributes;

export const derives: readonly DerivedAttribute[] = Object.entries(derivedAttributes).map(([key, rest]) => ({
  key,
  ...rest,
}));

/** Those that are known, ready to become part of an event. */
export function asAttributes(
  values: Readonly<Partial<Record<DerivedKey, AttributeValue | null>>>,
): IncomingAttribute[] {
  return derives.flatMap(({ key, type, label }) => {
    const value = Object.entries(values).find(([name]) => name === key)?.[1];
    return value === undefined || value === null ? [] : [{ key, type, label, value }];
  });
}
