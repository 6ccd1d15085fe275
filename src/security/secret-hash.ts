import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** SHA-256 in hexadecimal. Enough for secrets that are random and long, which is what we hand out. */
export const hashSecret = (secret: string): string => hash('sha256', secret);

/** A new secret with 256 bits, safe in a header and in a URL. */
export const newSecret = (prefix: string): string => `${prefix}_${randomBytes(32).toString('base64url')}`;

/** Is it one of the secrets? Takes the same time whichever it is, and if it is none. */
export function isOneOf(presented: string, hashes: readonly string[]): boolean {
  const digest = hash('sha256', presented, 'buffer');
  let found = false;
  for (const known of hashes) {
    const expected = Buffer.from(known, 'hex');
    if (expected.length === digest.length && timingSafeEqual(expected, digest)) found = true;
  }
  return found;
}
