import type { CheckRequest } from '../destination.js';
import { mappingOptionsSchema } from './mapping-options.js';

type MappedWrite = CheckRequest['mapping'];

interface Need {
  /** As it ends "without it …". */
  readonly consequence: string;
  /** Does this mapping not work without it? */
  readonly blocks: (mapping: MappedWrite) => boolean;
}

const always = (): boolean => true;
const never = (): boolean => false;
const optionsOf = (mapping: MappedWrite) => mappingOptionsSchema.safeParse(mapping?.options ?? {}).data;
const consentOf = (mapping: MappedWrite) => (mapping === null ? undefined : optionsOf(mapping)?.emailConsent);
const companiesOf = (mapping: MappedWrite) => (mapping === null ? undefined : optionsOf(mapping)?.companies);
const ofCompanies = (mapping: MappedWrite): boolean => (companiesOf(mapping) ?? 'off') !== 'off';

/** What the sync itself needs, and what cannot be done without each. What actions and history need stands in their declarations. */
export const syncNeeds = {
  'crm.objects.contacts.write': { consequence: 'contacts cannot be created or updated', blocks: always },
  'crm.objects.contacts.read': {
    consequence: 'tags cannot be taken away without losing those that people added by hand',
    blocks: always,
  },
  'crm.schemas.contacts.read': {
    consequence: 'the contact properties cannot be listed for the mapping',
    blocks: always,
  },
  'crm.schemas.contacts.write': {
    consequence: 'properties that are missing, and options for new tags, cannot be created',
    blocks: (mapping) =>
      mapping === null || mapping.create.fields || (mapping.create.options && mapping.tagsField !== null),
  },
  'crm.lists.read': { consequence: 'static lists cannot be found', blocks: never },
  'crm.lists.write': { consequence: 'contacts cannot be put into static lists or taken out of them', blocks: never },
  'communication_preferences.read': {
    consequence: 'nobody is subscribed, since it cannot be seen who has opted out',
    blocks: (mapping) => consentOf(mapping)?.granted === 'subscribe',
  },
  'communication_preferences.write': {
    consequence: 'a withdrawn consent to e-mail does not reach HubSpot',
    blocks: (mapping) => mapping !== null && consentOf(mapping)?.withdrawn !== 'nothing',
  },
  'crm.objects.companies.read': { consequence: 'companies cannot be found by their domain', blocks: ofCompanies },
  'crm.objects.companies.write': {
    consequence: 'companies cannot be created, updated or associated',
    blocks: ofCompanies,
  },
  'crm.schemas.companies.write': {
    consequence: 'the property that finds a company Parley has created cannot be made',
    blocks: (mapping) => companiesOf(mapping) === 'create',
  },
} as const satisfies Record<string, Need>;

/** HubSpot groups some scopes: one that contains another is as good. */
const containing: Readonly<Record<string, readonly string[]>> = {
  'communication_preferences.read': ['communication_preferences.read_write'],
  'communication_preferences.write': ['communication_preferences.read_write'],
};

export const isGranted = (granted: readonly string[], scope: string): boolean =>
  [scope, ...(containing[scope] ?? [])].some((candidate) => granted.includes(candidate));

/** Sentences about the scopes without which this mapping does not work as it says. */
export function blockingScopes(granted: readonly string[], mapping: MappedWrite): string[] {
  return Object.entries(syncNeeds)
    .filter(([scope, { blocks }]) => blocks(mapping) && !isGranted(granted, scope))
    .map(([scope, { consequence }]) => `The token lacks the scope ${scope}: without it ${consequence}.`);
}

/** Something a scope is needed for. */
export interface ScopeUse {
  readonly scope: string;
  readonly neededFor: string;
}

/** Every scope that is not granted, once, with all it is needed for. */
export function missingScopes(granted: readonly string[], more: readonly ScopeUse[]): ScopeUse[] {
  const uses = [
    ...Object.entries(syncNeeds).map(([scope, { consequence }]) => ({ scope, neededFor: `else ${consequence}` })),
    ...more,
  ].filter(({ scope }) => !isGranted(granted, scope));
  return [...Map.groupBy(uses, ({ scope }) => scope)].map(([scope, group]) => ({
    scope,
    neededFor: group.map(({ neededFor }) => neededFor).join('; '),
  }));
}
