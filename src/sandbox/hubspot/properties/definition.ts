/** A property as a fresh account's tables spell it; what is left out is as HubSpot's defaults. */
export interface Definition {
  readonly name: string;
  readonly label: string;
  readonly type: 'bool' | 'date' | 'datetime' | 'enumeration' | 'number' | 'phone_number' | 'string';
  readonly fieldType: string;
  readonly groupName: string;
  readonly options?: { readonly label: string; readonly value: string; readonly displayOrder: number }[];
  readonly hubspotDefined?: boolean;
  readonly hasUniqueValue?: boolean;
  readonly calculated?: boolean;
  readonly externalOptions?: boolean;
  readonly modificationMetadata?: { archivable: boolean; readOnlyDefinition: boolean; readOnlyValue: boolean };
}

/** HubSpot's `type` and `fieldType`. */
export type Kind = readonly [type: Definition['type'], fieldType: string];
export const text: Kind = ['string', 'text'];
export const choice: Kind = ['enumeration', 'select'];
export const radio: Kind = ['enumeration', 'radio'];
export const choices: Kind = ['enumeration', 'checkbox'];
export const number: Kind = ['number', 'number'];
export const day: Kind = ['date', 'date'];
export const moment: Kind = ['datetime', 'date'];
export const flag: Kind = ['bool', 'booleancheckbox'];

/** In the order they are written. */
export const optionsOf = (values: Readonly<Record<string, string>>): NonNullable<Definition['options']> =>
  Object.entries(values).map(([value, label], displayOrder) => ({ label, value, displayOrder }));

/** HubSpot's own. */
export const standard = (
  name: string,
  label: string,
  [type, fieldType]: Kind,
  more: Partial<Definition> = {},
): Definition => ({
  name,
  label,
  type,
  fieldType,
  groupName: 'contactinformation',
  hubspotDefined: true,
  modificationMetadata: { archivable: false, readOnlyDefinition: true, readOnlyValue: false },
  ...more,
});

/** HubSpot works it out; nobody sets it. */
export const computed = (name: string, label: string, kind: Kind): Definition =>
  standard(name, label, kind, {
    calculated: true,
    modificationMetadata: { archivable: false, readOnlyDefinition: true, readOnlyValue: true },
  });

/** Made by the account's admin. */
export const custom = (
  name: string,
  label: string,
  [type, fieldType]: Kind,
  more: Partial<Definition> = {},
): Definition => ({
  name,
  label,
  type,
  fieldType,
  groupName: 'chat',
  ...more,
});
