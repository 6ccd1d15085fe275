import { importPKCS8, SignJWT } from 'jose';
import { DeliveryError } from '../delivery-error.js';
import type { SalesforceSettings } from './settings.js';

/** Salesforce takes none that lives longer than three minutes. */
const livesSeconds = 170;

/** A sandbox of Salesforce's own signs in at another host than a production org. */
const sandboxHost = /\.sandbox\.my\.salesforce\.com$|--[\w-]+\.my\.salesforce\.com$/i;

/**
 * What we prove ourselves with in the JWT bearer flow.
 * @throws DeliveryError `unauthorized` when the private key of the settings is none
 * @see https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_jwt_flow.htm
 */
export async function jwtAssertion(settings: SalesforceSettings, now: Date): Promise<string> {
  const key = await importPKCS8(settings.privateKey, 'RS256').catch(() => {
    throw new DeliveryError('unauthorized', 'The private key cannot be read: paste the PEM text of a PKCS #8 key', {
      code: 'PRIVATE_KEY_UNREADABLE',
    });
  });
  const issuedAt = Math.floor(now.getTime() / 1_000);
  return new SignJWT({})
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(settings.clientId)
    .setSubject(settings.username)
    .setAudience(settings.jwtAudience === '' ? audienceOf(settings.instanceUrl) : settings.jwtAudience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + livesSeconds)
    .sign(key);
}

export const audienceOf = (instanceUrl: string): string =>
  sandboxHost.test(new URL(instanceUrl).hostname) ? 'https://test.salesforce.com' : 'https://login.salesforce.com';
