import { createHash, randomBytes } from 'node:crypto';

/** What a person is sent to the provider with, and what proves afterwards that it was us who sent them. */
export interface AuthorizationSecrets {
  /** Comes back with the person; 256 random bits. */
  readonly state: string;
  /** Kept by us; 256 random bits (RFC 7636 asks for 43 to 128 characters). */
  readonly codeVerifier: string;
  /** Base64url SHA-256 of the verifier. */
  readonly codeChallenge: string;
}

/** @see https://www.rfc-editor.org/rfc/rfc7636#section-4 */
export function newAuthorizationSecrets(): AuthorizationSecrets {
  const codeVerifier = randomBytes(32).toString('base64url');
  return {
    state: randomBytes(32).toString('base64url'),
    codeVerifier,
    codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url'),
  };
}
