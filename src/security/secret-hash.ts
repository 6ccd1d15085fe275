import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** SHA-256 in hexadecimal. Enough for secrets that are random and long, which is what we hand out. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** A new secret with 256 bits, safe in a header and in a URL. */
export const newSecret = (prefix: string): string => `${prefix}_${randomBytes(32).toString('base64url')}`;

/** Is it one of the secrets? Takes the same time whichever it is, and if it is none. */
export function isOneOf(presented: string, hashes: readonly string[]): boolean {
  const digest = createHash('sha256').update(presented).digest();
  let found = false;
  for (const hash of hashes) {
    const expected = Buffer.from(hash, 'hex');
    if (expected.length === digest.length && timingSafeEqual(expected, digest)) found = true;
  }
  return found;
}
