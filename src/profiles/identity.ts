export const identityKinds = ['email', 'phone', 'subscriber'] as const;
export type IdentityKind = (typeof identityKinds)[number];

/**
 * One identifier of a person.
 *
 * - `email`: lower-cased; `phone`: E.164; both belong to no source, `namespace` is ''.
 * - `subscriber`: a platform's own id, untouched; `namespace` is `<source key>/<what the id identifies>`,
 *   for example `acme-manychat/contact` or `acme-manychat/instagram`.
 */
export interface Identity {
  readonly kind: IdentityKind;
  readonly namespace: string;
  readonly value: string;
}
