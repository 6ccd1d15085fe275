import type { RemoteField } from '../destination.js';
import { accountField } from './account-fields.js';
import { attributeTypeOf, nativeTypeOf } from './native-type.js';
import { isRequired, type ObjectSchema } from './object-schema.js';
import { birthplaceOf, kindsOf } from './person-kind.js';
import type { Tools } from './write-plan.js';

/** The fields an admin chooses among for a mapping, as the org has them now; those of the company behind a person as `account.<Field>`. */
export async function remoteFieldsOf({ schemas }: Tools, object: string): Promise<readonly RemoteField[]> {
  const read = async (sobject: string): Promise<ObjectSchema> => {
    schemas.forget(sobject);
    return schemas.get(sobject);
  };
  const fields = toRemoteFields(await read(birthplaceOf(object).sobject));
  if (!kindsOf(object).some(({ hasAccount }) => hasAccount)) return fields;
  schemas.forget('Account');
  const account = await schemas.find('Account');
  const ofAccount = account === null ? [] : toRemoteFields(account);
  return [
    ...fields,
    ...ofAccount.map((field) => ({
      ...field,
      name: accountField(field.name),
      label: `Account: ${field.label}`,
      required: false, // only when a company is made, and then its name
    })),
  ];
}

function toRemoteFields(schema: ObjectSchema): readonly RemoteField[] {
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
