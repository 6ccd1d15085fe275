/** The field that is every member's key. It is no merge field. */
export const emailField = 'email_address';

export const fieldPrefixes = { interests: 'interests.', permissions: 'marketing_permissions.' } as const;
export const languageField = 'language';
export const vipField = 'vip';

/** Parts of an address field, in the order people write them; the first four that are marked are required together. */
export const addressParts = ['addr1', 'addr2', 'city', 'state', 'zip', 'country'] as const;
export type AddressPart = (typeof addressParts)[number];
export const requiredAddressParts: readonly AddressPart[] = ['addr1', 'city', 'state', 'zip'];

/** `interests.` and `marketing_permissions.` for what they begin; any other name is a merge tag, or a field of its own. */
export function fieldKindOf(name: string): string {
  return Object.values(fieldPrefixes).find((prefix) => name.startsWith(prefix)) ?? name;
}

/** `ADDRESS.city` names a part of the address in the merge field ADDRESS; null: the name is no such part. */
export function addressPartOf(name: string): { readonly tag: string; readonly part: AddressPart } | null {
  const [tag = '', written, ...rest] = name.split('.');
  const part = addressParts.find((candidate) => candidate === written);
  return part === undefined || rest.length > 0 ? null : { tag, part };
}
