export const identityKinds = ['email', 'phone', 'subscriber', 'record'] as const;
export type IdentityKind = (typeof identityKinds)[number];

/**
 * One identifier of a person.
 *
 * - `email`: lower-cased; `phone`: E.164; both belong to no source, `namespace` is ''.
 * - `subscriber`: a platform's own id, untouched; `namespace` is `<source key>/<what the id identifies>`,
 *   for example `acme-manychat/contact` or `acme-manychat/instagram`.
 * - `record`: the id of a record at a destination, untouched; `namespace` is `<destination key>/<object>`.
 */
export interface Identity {
  readonly kind: IdentityKind;
  readonly namespace: string;
  readonly value: string;
}
