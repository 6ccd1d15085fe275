import { DeliveryError } from '../delivery-error.js';
import type { CheckRequest, ConnectionCheck } from '../destination.js';
import type { Account } from './account.js';
import { dailyUsage } from './api/account.js';
import { callsPerInterval } from './calls-per-interval.js';
import { isOfCompany } from './contact-write.js';
import type { Properties } from './property.js';
import { blockingScopes, missingScopes, type ScopeUse } from './scopes.js';

/** See `Connection.check`. `uses` says what else, beyond sync, scopes are needed for. */
export async function check(
  account: Account,
  { mapping }: CheckRequest,
  uses: readonly ScopeUse[],
): Promise<ConnectionCheck> {
  const {
    token: { hubId, scopes, appId },
    details,
  } = await look(account);
  const { problems, missing } = await lookAtMapping(account, mapping);
  return {
    account: `HubSpot account ${hubId}`,
    problems: [...blockingScopes(scopes, mapping), ...problems],
    missing: missingScopes(scopes, uses),
    details: {
      'account type': details.accountType,
      'time zone': details.timeZone,
      ...(details.companyCurrency === null ? {} : { currency: details.companyCurrency }),
      ...(appId === undefined ? {} : { 'app ID': appId }),
      ...callsAllowed(account),
      ...(missing.length === 0 ? {} : { 'will be created': missing.join(', ') }),
      ...(await callsLeft(account)),
    },
  };
}

/** HubSpot says "not found" of a token it does not know. */
async function look({ facts }: Account): ReturnType<Account['facts']['look']> {
  try {
    return await facts.look();
  } catch (error) {
    if (!(error instanceof DeliveryError) || error.kind !== 'rejected') throw error;
    throw new DeliveryError('unauthorized', 'HubSpot does not know the access token', { code: 'UNKNOWN_TOKEN' });
  }
}

/** As the answers' headers say; who has entered the wrong edition sees it here. */
function callsAllowed({ client: { burst }, settings }: Account): Record<string, string> {
  if (burst.allowed === null) return {};
  const declared = callsPerInterval(settings);
  const differs = declared === burst.allowed ? '' : `; the edition in the settings stands for ${String(declared)}`;
  return { 'calls in ten seconds': `${String(burst.allowed)}${differs}` };
}

/** Only private apps have a daily limit, and only they are counted there; what HubSpot does not tell stops no check. */
async function callsLeft({ client, settings }: Account): Promise<Record<string, string>> {
  if (settings.accessToken === undefined) return {};
  const usage = await dailyUsage(client).catch(() => null);
  return usage === null ? {} : { 'calls left today': `${String(usage.limit - usage.used)} of ${String(usage.limit)}` };
}

interface MappingLook {
  readonly problems: readonly string[];
  /** Properties that the mapping lets us create before it is first used. */
  readonly missing: readonly string[];
}

async function lookAtMapping({ catalogs }: Account, mapping: CheckRequest['mapping']): Promise<MappingLook> {
  if (mapping === null) return { problems: [], missing: [] };
  const properties = await catalogs.of('contacts').notOlderThan(-1);
  const { keyField, tagsField, create } = mapping;
  const fields = mapping.fields.filter((field) => !isOfCompany(field) && field !== keyField);
  const isMissing = (name: string): boolean => create.fields && !properties.has(name);
  return {
    missing: [keyField, ...fields, ...(tagsField === null ? [] : [tagsField])].filter(isMissing),
    problems: [
      ...(isMissing(keyField) ? [] : keyProblems(properties, keyField)),
      ...fields.filter((field) => !isMissing(field)).flatMap((field) => fieldProblems(properties, field)),
      ...(tagsField === null || isMissing(tagsField) ? [] : tagsProblems(properties, tagsField)),
    ],
  };
}

export function keyProblems(properties: Properties, keyField: string): string[] {
  const property = properties.get(keyField);
  if (property === undefined) return [`The key property "${keyField}" does not exist in HubSpot.`];
  if (property.unique) return [];
  return [
    `The key property "${keyField}" was not created with unique values, which cannot be changed later: choose another one, or create a new one.`,
  ];
}

export function fieldProblems(properties: Properties, field: string): string[] {
  const property = properties.get(field);
  if (property === undefined) return [`The property "${field}" does not exist in HubSpot: its values are left out.`];
  return property.writable ? [] : [`The property "${field}" is read-only in HubSpot: its values are left out.`];
}

export function tagsProblems(properties: Properties, tagsField: string): string[] {
  const property = properties.get(tagsField);
  if (property === undefined)
    return [`The property for tags "${tagsField}" does not exist in HubSpot: tags are left out.`];
  return property.kind === 'options'
    ? []
    : [`The property for tags "${tagsField}" is not of the type "multiple checkboxes": tags are left out.`];
}
