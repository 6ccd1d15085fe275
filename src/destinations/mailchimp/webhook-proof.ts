import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { ProviderHookRequest } from '../provider-webhooks.js';
import type { MailchimpSettings } from './settings.js';

/** A signature that is older may be a call somebody has recorded. */
const longestAgeMs = 5 * 60_000;

/**
 * Whether a call comes from Mailchimp: the secret in the address, always; and the signature over the raw bytes where the webhook has one.
 * Its own check of the address, a GET, is never signed.
 *
 * @returns null, or why not
 */
export function proofProblem(request: ProviderHookRequest, settings: MailchimpSettings): string | null {
  const { webhookSecret, webhookSigningSecret = '' } = settings;
  const signing = webhookSigningSecret.split(',').flatMap((one) => (one.trim() === '' ? [] : [one.trim()]));
  if (webhookSecret === undefined) return 'the destination has no webhookSecret';
  if (!isSame(request.query.secret ?? '', webhookSecret)) return 'the secret in the address is missing or wrong';
  if (signing.length === 0 || request.method === 'GET') return null;
  return signatureProblem(request, signing);
}

function signatureProblem(
  { headers, body, receivedAt }: ProviderHookRequest,
  secrets: readonly string[],
): string | null {
  const header = headers['x-mailchimp-signature'];
  if (header === undefined) return 'the signature is missing';
  const parts = header.split(',').map((part) => part.trim().split('='));
  const valuesOf = (name: string): string[] =>
    parts.flatMap(([key, value]) => (key === name && value !== undefined ? value : []));
  const [at = ''] = valuesOf('t');
  const ageMs = receivedAt.getTime() - Number(at) * 1_000;
  // The other way round it is their clock, or ours.
  if (!/^\d+$/.test(at) || Math.abs(ageMs) > longestAgeMs) return 'the signature is too old';
  const expected = secrets.map((secret) => createHmac('sha256', secret).update(`${at}.`).update(body).digest('hex'));
  const given = valuesOf('v1');
  // Every pair is compared, so that the time taken tells nothing.
  const matches = expected.flatMap((one) => given.map((other) => isSame(one, other)));
  return matches.includes(true) ? null : 'the signature is wrong';
}

/** In constant time, whatever their lengths. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
