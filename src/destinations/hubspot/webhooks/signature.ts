import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { ProviderHookRequest } from '../../provider-webhooks.js';

/** Older or newer than this, by our clock, is a repetition of somebody else's, or a clock that is wrong. */
const windowMs = 5 * 60_000;

/** HubSpot signs the address with only these characters decoded. @see https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation */
const decoded = /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi;

const withoutFragment = (url: string): string => url.split('#')[0] ?? url;

/** The address as the third signature covers it. */
export const signedUrl = (url: string): string =>
  withoutFragment(url).replaceAll(decoded, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));

/** In constant time; lengths may be seen. */
function isSame(sent: string, expected: string): boolean {
  const [one, other] = [Buffer.from(sent), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/**
 * Whether HubSpot has signed this very request with the app's secret: over the raw bytes of the body. Where the third version is, it is
 * demanded; the older ones cover no time, so a repetition of such a request cannot be told from the first.
 *
 * @returns null, or the reason why it is not authentic
 */
export function whyNotAuthentic(request: ProviderHookRequest, secret: string): string | null {
  const third = request.headers['x-hubspot-signature-v3'];
  if (third !== undefined) return whyNotThird(request, third, secret);
  const signature = request.headers['x-hubspot-signature'];
  if (signature === undefined) return 'there is no signature';
  const expected = olderSignature(request, secret);
  if (expected === null) return 'the version of the signature is not known';
  return isSame(signature, expected) ? null : 'the signature is wrong';
}

function whyNotThird(
  { method, url, headers, body, receivedAt }: ProviderHookRequest,
  signature: string,
  secret: string,
): string | null {
  const timestamp = headers['x-hubspot-request-timestamp'] ?? '';
  if (!/^\d+$/.test(timestamp)) return 'there is no time of the request';
  if (Math.abs(receivedAt.getTime() - Number(timestamp)) > windowMs)
    return 'the time of the request is more than five minutes away';
  const expected = createHmac('sha256', secret)
    .update(method + signedUrl(url))
    .update(body)
    .update(timestamp)
    .digest('base64');
  return isSame(signature, expected) ? null : 'the signature is wrong';
}

/** Versions 1 and 2; null: some other. */
function olderSignature({ method, url, headers, body }: ProviderHookRequest, secret: string): string | null {
  const version = headers['x-hubspot-signature-version'] ?? 'v1';
  const covered = { v1: secret, v2: secret + method + withoutFragment(url) };
  if (version !== 'v1' && version !== 'v2') return null;
  return createHash('sha256').update(covered[version]).update(body).digest('hex');
}
