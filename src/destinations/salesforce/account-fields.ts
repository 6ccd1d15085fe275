/** Fields of the company behind a person are mapped as `account.<Field>`. */
const prefix = 'account.';

export const isAccountField = (name: string): boolean => name.startsWith(prefix);
export const accountField = (name: string): string => `${prefix}${name}`;
export const nameInAccount = (name: string): string => name.slice(prefix.length);
