import { z } from 'zod';
import { UnreadableHookError } from '../../provider-webhooks.js';
import type { RecordReference, RemoteFact } from '../../remote-fact.js';
import { changeKey, optOutEvidence, optOutKey } from '../fact-keys.js';
import type { HubspotSettings } from '../settings.js';

/** Ids are numbers here, while everywhere else HubSpot writes them as strings. */
const id = z.coerce.string();
const optionalId = id.nullish().transform((value) => value ?? null);
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);

/** What is read of one event; HubSpot promises no field but these, and sends more. */
const eventSchema = z.object({
  subscriptionType: z.string(),
  portalId: id,
  appId: optionalId,
  subscriptionId: optionalId,
  eventId: optionalId,
  occurredAt: z.number(),
  objectId: optionalId,
  objectTypeId: text,
  propertyName: text,
  propertyValue: z
    .union([z.string(), z.number(), z.boolean()])
    .nullish()
    .transform((value) => (value === null || value === undefined ? '' : String(value))),
  changeSource: text,
  sourceId: optionalId,
  primaryObjectId: optionalId,
  newObjectId: optionalId,
  mergedObjectIds: z
    .array(id)
    .nullish()
    .transform((ids) => ids ?? []),
});
type HookEvent = z.infer<typeof eventSchema>;

/** One call brings at most a hundred events, of one app and of any of its accounts. @throws UnreadableHookError */
export function readEvents(body: Buffer, settings: HubspotSettings): RemoteFact[] {
  const events = z.array(eventSchema).safeParse(parsedJson(body));
  if (!events.success)
    throw new UnreadableHookError(
      `HubSpot's webhook is not a list of events: ${z.prettifyError(events.error)}. Check that its target URL is called by HubSpot itself, not by a workflow`,
    );
  return events.data
    .filter(({ portalId }) => settings.portalId === undefined || portalId === settings.portalId)
    .flatMap((event) => toFacts(event, settings));
}

function parsedJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new UnreadableHookError('HubSpot’s webhook is not JSON');
  }
}

const contactType = '0-1';

/** What happened to a contact: `contact.creation`, or `object.creation` with the type of contacts. Other records are read by pulls. */
function happening({ subscriptionType, objectTypeId }: HookEvent): string | null {
  const [object, what] = subscriptionType.split('.');
  const isContact = object === 'contact' || (object === 'object' && objectTypeId === contactType);
  return isContact ? (what ?? null) : null;
}

function toFacts(event: HookEvent, settings: HubspotSettings): RemoteFact[] {
  const what = happening(event);
  const translate = what !== null && Object.hasOwn(translations, what) ? translations[what] : undefined;
  return translate === undefined ? [] : translate(event, sharedOf(event, settings));
}

interface Shared {
  readonly about: RecordReference;
  readonly occurredAt: Date;
  readonly dedupeKey: string;
  readonly own: boolean;
}

/** `eventId` is not unique, and a repetition differs only in its attempt number. */
function sharedOf(event: HookEvent, { appId }: HubspotSettings): Shared {
  const { portalId, subscriptionId, objectId, propertyName, occurredAt, eventId } = event;
  const parts = [portalId, subscriptionId, objectId, propertyName, occurredAt, eventId];
  const ours = [appId, event.appId].filter((candidate) => candidate !== undefined && candidate !== null);
  return {
    about: { object: 'contacts', remoteId: objectId, email: null, phone: null },
    occurredAt: new Date(occurredAt),
    dedupeKey: `hook:${parts.map((part) => part ?? '').join(':')}`,
    own: event.changeSource === 'INTEGRATION' && event.sourceId !== null && ours.includes(event.sourceId),
  };
}

const appeared = (_event: HookEvent, shared: Shared): RemoteFact[] => [
  { kind: 'record_changed', ...shared, created: true, fields: {} },
];

const gone =
  (erased: boolean) =>
  (_event: HookEvent, shared: Shared): RemoteFact[] => [{ kind: 'record_gone', ...shared, erased }];

/** `associationChange` and whatever HubSpot adds later teach us nothing. */
const translations: Readonly<Record<string, (event: HookEvent, shared: Shared) => RemoteFact[]>> = {
  creation: appeared,
  restore: appeared,
  deletion: gone(false),
  privacyDeletion: gone(true),
  propertyChange: changed,
  merge: merged,
};

/** HubSpot writes dates and times as Unix milliseconds here, which a number in a text may look like as well. */
const perhapsMoment = /^-?\d{11,13}$/;

/**
 * The property's type is not told: the value comes as HubSpot's text. What may be a moment is left to the next reading of the contacts, which
 * knows the type.
 */
function changed({ propertyName, propertyValue }: HookEvent, shared: Shared): RemoteFact[] {
  const { about, occurredAt, own } = shared;
  const contactId = about.remoteId;
  if (propertyName === null || contactId === null) return [];
  const value = propertyValue === '' ? null : ({ type: 'string', value: propertyValue } as const);
  const email = propertyName === 'email' && propertyValue !== '' ? propertyValue.toLowerCase() : null;
  const key = changeKey(contactId, propertyName, occurredAt, propertyValue);
  const isLeft = perhapsMoment.test(propertyValue);
  const facts: RemoteFact[] = [
    {
      kind: 'record_changed',
      about: { ...about, email },
      occurredAt,
      dedupeKey: isLeft ? `${key}:left` : key,
      own,
      created: false,
      fields: isLeft ? {} : { [propertyName]: value },
    },
  ];
  if (propertyName === 'hs_email_optout' && propertyValue === 'true')
    facts.push({
      kind: 'consent_said',
      ...shared,
      dedupeKey: optOutKey(contactId, occurredAt),
      purpose: 'email',
      status: 'revoked',
      evidence: optOutEvidence,
    });
  return facts;
}

/** HubSpot may give the survivor a new id; then the former primary record is among those that are merged. */
function merged({ primaryObjectId, newObjectId, mergedObjectIds, objectId }: HookEvent, shared: Shared): RemoteFact[] {
  const survivor = newObjectId ?? primaryObjectId ?? objectId;
  if (survivor === null) return [];
  const ids = [...new Set([...mergedObjectIds, ...(primaryObjectId === null ? [] : [primaryObjectId])])];
  const mergedIds = ids.filter((candidate) => candidate !== survivor);
  return [
    {
      kind: 'record_merged',
      ...shared,
      about: { ...shared.about, remoteId: survivor },
      dedupeKey: `merge:${survivor}:${mergedIds.toSorted().join(';')}`,
      mergedIds,
    },
  ];
}
