import { createHash, createHmac } from 'node:crypto';

interface Signed {
  readonly secret: string;
  readonly url: string;
  readonly body: string;
  readonly timestampMs: number;
  readonly older: 'v1' | 'v2';
  /** Version 3 as well? */
  readonly newer: boolean;
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** HubSpot undoes these escapes, and no others, before it signs an address. */
const undone: Readonly<Record<string, string>> = {
  '%3A': ':',
  '%2F': '/',
  '%3F': '?',
  '%40': '@',
  '%21': '!',
  '%24': '$',
  '%27': "'",
  '%28': '(',
  '%29': ')',
  '%2A': '*',
  '%2C': ',',
  '%3B': ';',
};
const decoded = (url: string): string => url.replace(/%[0-9A-F]{2}/gi, (code) => undone[code.toUpperCase()] ?? code);

/** The headers that prove a webhook. @see https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests */
export function signatures({ secret, url, body, timestampMs, older, newer }: Signed): Record<string, string> {
  const uri = url.split('#')[0] ?? '';
  const old = {
    'x-hubspot-signature': sha256(older === 'v1' ? secret + body : `${secret}POST${uri}${body}`),
    'x-hubspot-signature-version': older,
  };
  if (!newer) return old;
  return {
    ...old,
    'x-hubspot-request-timestamp': String(timestampMs),
    'x-hubspot-signature-v3': createHmac('sha256', secret)
      .update(`POST${decoded(uri)}${body}${String(timestampMs)}`, 'utf8')
      .digest('base64'),
  };
}
