import { randomBytes } from 'node:crypto';
import type { Org } from '../org.js';
import { RestError } from '../rest/rest-error.js';

export type Session = Org['setup']['sessions'][number];

/** A session dies after two hours without use, Salesforce's default. */
const sessionIdleMs = 2 * 3_600_000;

/** The session the `Authorization` header names; one that is used lives on. @throws RestError 401 */
export function sessionOf(org: Org, authorization: string): Session {
  if (authorization !== '' && !/^(?:Bearer|OAuth) /.test(authorization))
    throw new RestError(401, { errorCode: 'INVALID_AUTH_HEADER', message: 'INVALID_HEADER_TYPE' });
  const session = liveSession(org, authorization.replace(/^\w+ /, ''));
  if (session !== null) return session;
  throw new RestError(401, { errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' });
}

/** null: there is none, or it was not used for too long. */
export function liveSession(org: Org, accessToken: string): Session | null {
  const now = org.clock.now();
  const session = org.setup.sessions.find((one) => one.accessToken === accessToken);
  const isIdle = session?.expires === true && now.getTime() - Date.parse(session.lastUsedAt) > sessionIdleMs;
  if (session === undefined || isIdle) return null;
  session.lastUsedAt = now.toISOString();
  return session;
}

/** A new session of a user. */
export function openSession(org: Org, userId: string, refreshToken: string | null): Session {
  const accessToken = `${org.setup.organization.id.slice(0, 15)}!${randomBytes(36).toString('base64url')}`;
  const lastUsedAt = org.clock.now().toISOString();
  const session = { accessToken, expires: true, lastUsedAt, userId, refreshToken };
  org.setup.sessions.push(session);
  return session;
}
