import { createPublicKey } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Org } from '../org.js';
import { invalidGrant, OAuthRefusal } from './oauth-refusal.js';

const claims = z.object({
  iss: z.string(),
  sub: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  exp: z.number(),
});
/** Salesforce allows three minutes, and for clocks that differ a little more. */
const longestSeconds = 5 * 60;
const loginHosts = ['https://login.salesforce.com', 'https://test.salesforce.com'];

/**
 * The user an assertion speaks for.
 * @throws OAuthRefusal when it is not signed by the app's key, or not for this org, this app, this moment
 * @see https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_jwt_flow.htm
 */
export async function userOfAssertion(org: Org, assertion: string, origin: string): Promise<string> {
  const { iss, sub, aud, exp } = await verified(org, assertion);
  if (iss !== org.setup.connectedApp.clientId) throw new OAuthRefusal('invalid_client_id', 'client identifier invalid');
  if (![aud].flat().some((audience) => [...loginHosts, origin].includes(audience.replace(/\/$/, ''))))
    throw invalidGrant('audience is invalid');
  if (exp - org.clock.now().getTime() / 1_000 > longestSeconds) throw invalidGrant('invalid assertion');
  const user = org.schema
    .any('User')
    .table.all()
    .find(({ Username }) => String(Username).toLowerCase() === sub.toLowerCase());
  if (user?.IsActive !== true || !isApproved(org, user.Id)) throw invalidGrant("user hasn't approved this consumer");
  return user.Id;
}

async function verified(org: Org, assertion: string): Promise<z.infer<typeof claims>> {
  const { certificate } = org.setup.connectedApp;
  if (certificate === null) throw invalidGrant('invalid assertion');
  try {
    const key = createPublicKey(certificate);
    const { payload } = await jwtVerify(assertion, key, { algorithms: ['RS256'], currentDate: org.clock.now() });
    return claims.parse(payload);
  } catch (error) {
    throw invalidGrant(error instanceof errors.JWTExpired ? 'expired authorization' : 'invalid assertion');
  }
}

/** By an admin for everybody, or by the user, who has allowed the app before. */
const isApproved = ({ setup }: Org, userId: string): boolean =>
  setup.connectedApp.permittedUsers === 'preauthorized' || setup.refreshTokens.some((token) => token.userId === userId);
