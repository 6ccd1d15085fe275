import { z } from 'zod';
import type { Account } from '../account.js';
import type { Origin } from '../happening.js';
import type { ObjectType } from '../object-types.js';
import { invalid } from '../problem.js';
import { associationType, defaultAssociation } from './association.js';

export const associationSpecSchema = z.object({
  associationCategory: z.string().default('HUBSPOT_DEFINED'),
  associationTypeId: z.int(),
});

export const newAssociationsSchema = z
  .array(z.object({ to: z.object({ id: z.coerce.string() }), types: z.array(associationSpecSchema).default([]) }))
  .default([]);
export type NewAssociations = z.infer<typeof newAssociationsSchema>;

/** The kind of record an association of this type leads to. @throws Problem 400 */
export function checkedType(type: ObjectType, typeId: number): ObjectType {
  const facts = associationType(type, typeId);
  if (facts === undefined)
    throw invalid(`One or more association types are not valid: ${String(typeId)} is not defined for ${type}`);
  return facts.to;
}

/** Checks what a create wants its record to be associated with, before anything is written. @throws Problem 400 */
export function checkNew(account: Account, type: ObjectType, associations: NewAssociations): void {
  for (const { to, types } of associations)
    for (const { associationTypeId } of types)
      if (account.store(checkedType(type, associationTypeId)).get(to.id) === undefined)
        throw invalid(`Object with id ${to.id} to associate with does not exist`, {
          subCategory: 'crm.associations.OBJECT_NOT_FOUND',
        });
}

export function associateNew(
  account: Account,
  type: ObjectType,
  id: string,
  associations: NewAssociations,
  origin: Origin,
): void {
  for (const { to, types } of associations)
    for (const { associationTypeId } of types) {
      const toType = checkedType(type, associationTypeId);
      if (defaultAssociation(type, toType)?.typeId === associationTypeId)
        account.associations.associateDefault(type, id, toType, to.id, origin);
      else account.associations.associate(type, id, associationTypeId, to.id, origin);
    }
}
