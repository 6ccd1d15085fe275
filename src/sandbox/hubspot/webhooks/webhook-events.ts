import { randomInt } from 'node:crypto';
import type { Happening } from '../happening.js';
import { objectFacts, type ObjectType, objectWord } from '../object-types.js';
import type { PropertyCatalog } from '../properties/property-catalog.js';
import type { Subscription } from './webhook.js';

const verbs = {
  created: 'creation',
  changed: 'propertyChange',
  deleted: 'deletion',
  restored: 'restore',
  erased: 'privacyDeletion',
  merged: 'merge',
  associated: 'associationChange',
} as const satisfies Record<Happening['kind'], string>;

/** What can be subscribed to, apart from the generic `object.*`. */
export const eventTypes: readonly string[] = (['contact', 'company', 'deal', 'ticket'] as const).flatMap((object) =>
  Object.values(verbs)
    .filter((verb) => verb !== 'privacyDeletion' || object === 'contact')
    .map((verb) => `${object}.${verb}`),
);
export const genericTypes: readonly string[] = Object.values(verbs)
  .filter((verb) => verb !== 'privacyDeletion')
  .map((verb) => `object.${verb}`);

/** An association is news for both ends. */
export function seenFromBothEnds(happening: Happening): readonly Happening[] {
  if (happening.kind !== 'associated') return [happening];
  const { type, id, toType, toId } = happening;
  return [happening, { ...happening, type: toType, id: toId, toType: type, toId: id }];
}

export function wants({ active, eventType, objectTypeId, propertyName }: Subscription, happening: Happening): boolean {
  if (!active) return false;
  const { typeId, singular } = objectFacts(happening.type);
  const verb = verbs[happening.kind];
  const isMeant = eventType === `${singular}.${verb}` || (eventType === `object.${verb}` && objectTypeId === typeId);
  return isMeant && (happening.kind !== 'changed' || propertyName === undefined || propertyName === happening.property);
}

/**
 * The event as it goes over the wire; ids are numbers here, and values text.
 *
 * @param dates what properties hold dates and times, which are written as Unix milliseconds; null: they are written as everywhere else
 */
export function toEvent(
  happening: Happening,
  { id, eventType }: Subscription,
  facts: { readonly portalId: number; readonly appId: number; readonly occurredAt: number },
  dates: PropertyCatalog | null,
): Record<string, unknown> {
  const { changeSource, sourceId } = happening.origin;
  return {
    // Not promised to be unique.
    eventId: randomInt(1, 2 ** 32),
    subscriptionId: id,
    ...facts,
    subscriptionType: eventType,
    ...details(happening, dates),
    ...(eventType.startsWith('object.') ? { objectTypeId: objectFacts(happening.type).typeId } : {}),
    changeSource,
    sourceId,
  };
}

function details(happening: Happening, dates: PropertyCatalog | null): object {
  const objectId = Number(happening.id);
  switch (happening.kind) {
    case 'created':
      return { objectId, changeFlag: 'CREATED' };
    case 'deleted':
      return { objectId, changeFlag: 'DELETED' };
    case 'restored':
    case 'erased':
      return { objectId };
    case 'changed':
      return {
        objectId,
        propertyName: happening.property,
        propertyValue: asSent(happening.value, dates?.find(happening.property)?.type),
        isSensitive: false,
      };
    case 'merged':
      return {
        primaryObjectId: Number(happening.primaryId),
        mergedObjectIds: [Number(happening.mergedId)],
        newObjectId: objectId,
        numberOfPropertiesMoved: happening.propertiesMoved,
      };
    case 'associated':
      return {
        fromObjectId: objectId,
        toObjectId: Number(happening.toId),
        associationType: associationName(happening.type, happening.toType),
        associationRemoved: happening.removed,
        isPrimaryAssociation: happening.primary,
      };
  }
}

const asSent = (value: string, type: string | undefined): string =>
  (type === 'date' || type === 'datetime') && value !== '' ? String(Date.parse(value)) : value;

const associationName = (from: ObjectType, to: ObjectType): string => `${objectWord(from)}_TO_${objectWord(to)}`;
