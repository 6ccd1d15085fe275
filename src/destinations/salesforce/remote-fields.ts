import type { RemoteField } from '../destination.js';
import { attributeTypeOf, nativeTypeOf } from './native-type.js';
import { isRequired, type ObjectSchema } from './object-schema.js';

/** The object's fields as an admin chooses among them for a mapping. */
export function toRemoteFields(schema: ObjectSchema): readonly RemoteField[] {
  return [...schema.fields.values()].map((field) => ({
    name: field.name,
    label: field.label ?? field.name,
    type: attributeTypeOf(field),
    nativeType: field.type,
    writable: field.createable && field.updateable && nativeTypeOf(field) !== null,
    required: isRequired(field),
    unique: field.unique,
    options: field.picklistValues?.length
      ? field.picklistValues
          .filter(({ active }) => active)
          .map(({ value, label }) => ({ value, label: label ?? value }))
      : null,
  }));
}
