import { z } from 'zod';
import { type ObjectType, objectTypeNames } from '../object-types.js';

/** One direction of one association; HubSpot keeps the way back as another one, with another type id. */
export const associationSchema = z.object({
  fromType: z.enum(objectTypeNames),
  fromId: z.string(),
  toType: z.enum(objectTypeNames),
  toId: z.string(),
  typeId: z.int(),
});
export type Association = z.infer<typeof associationSchema>;

interface AssociationType {
  readonly from: ObjectType;
  readonly to: ObjectType;
  readonly typeId: number;
  readonly backId: number;
  readonly label?: string;
}

const row = (from: ObjectType, to: ObjectType, typeId: number, backId: number, label?: string): AssociationType => ({
  from,
  to,
  typeId,
  backId,
  ...(label === undefined ? {} : { label }),
});

/** The default one of two kinds comes first. @see https://developers.hubspot.com/docs/api-reference/crm-associations-v4/guide */
const types: readonly AssociationType[] = [
  row('contacts', 'companies', 279, 280),
  row('contacts', 'companies', 1, 2, 'Primary'),
  row('contacts', 'deals', 4, 3),
  row('contacts', 'tickets', 15, 16),
  row('contacts', 'calls', 193, 194),
  row('contacts', 'emails', 197, 198),
  row('contacts', 'meetings', 199, 200),
  row('contacts', 'notes', 201, 202),
  row('contacts', 'tasks', 203, 204),
  row('companies', 'deals', 342, 341),
  row('companies', 'deals', 6, 5, 'Primary'),
  row('companies', 'tickets', 340, 339),
  row('companies', 'tickets', 25, 26, 'Primary'),
  row('companies', 'calls', 181, 182),
  row('companies', 'emails', 185, 186),
  row('companies', 'meetings', 187, 188),
  row('companies', 'notes', 189, 190),
  row('companies', 'tasks', 191, 192),
  row('deals', 'tickets', 27, 28),
  row('deals', 'calls', 205, 206),
  row('deals', 'emails', 209, 210),
  row('deals', 'meetings', 211, 212),
  row('deals', 'notes', 213, 214),
  row('deals', 'tasks', 215, 216),
  row('tickets', 'calls', 219, 220),
  row('tickets', 'emails', 223, 224),
  row('tickets', 'meetings', 225, 226),
  row('tickets', 'notes', 227, 228),
  row('tickets', 'tasks', 229, 230),
];

export const associationTypes: readonly AssociationType[] = types.flatMap((type) => [
  type,
  { ...type, from: type.to, to: type.from, typeId: type.backId, backId: type.typeId },
]);

export const associationType = (from: ObjectType, typeId: number): AssociationType | undefined =>
  associationTypes.find((type) => type.from === from && type.typeId === typeId);

export const defaultAssociation = (from: ObjectType, to: ObjectType): AssociationType | undefined =>
  associationTypes.find((type) => type.from === from && type.to === to && type.label === undefined);

/** The one that exists beside the default one for the first company of a record. */
export const primaryAssociation = (from: ObjectType, to: ObjectType): AssociationType | undefined =>
  associationTypes.find((type) => type.from === from && type.to === to && type.label === 'Primary');
