import { readerOf } from '../../personalization/reader.js';
import type { AttributeValue } from '../../profiles/attribute.js';
import type { ZoneChoice } from '../definition/parts.js';

type Attributes = Readonly<Record<string, AttributeValue>>;

/** The person's own zone where the profile tells it, as templates read it too; else `otherwise`. */
export const zoneOfPerson = (attributes: Attributes, otherwise: string): string =>
  readerOf(attributes, { locale: 'en', timeZone: otherwise }).timeZone;

/** Whose clock a trigger goes by. @param installation the zone of those that name none */
export function zoneFor(choice: ZoneChoice | undefined, attributes: Attributes, installation: string): string {
  if (choice === undefined) return installation;
  if (choice === 'person') return zoneOfPerson(attributes, installation);
  return typeof choice === 'string' ? choice : zoneOfPerson(attributes, choice.otherwise);
}

/** The attributes that a person's zone is read from. */
export const zoneAttributes: ReadonlySet<string> = new Set(['timezone', 'timeZone']);

/** Does the clock depend on the person? */
export const isPersonal = (choice: ZoneChoice | undefined): boolean =>
  choice === 'person' || (typeof choice === 'object' && choice.person);
