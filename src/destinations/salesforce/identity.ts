import { z } from 'zod';
import { DeliveryError } from '../delivery-error.js';
import type { SalesforceClient } from './client.js';

const userInfo = z.object({ user_id: z.string() });

/** The integration user's id; null: the token does not say, and its scope does not let us ask. */
export async function userIdOf(client: SalesforceClient): Promise<string | null> {
  const { identity } = await client.token();
  if (identity !== null) return identity.userId;
  try {
    const url = '/services/oauth2/userinfo';
    const info = await client.request({ operation: 'userinfo', repeatable: true }, { method: 'GET', url }, userInfo);
    return info.user_id;
  } catch (error) {
    if (error instanceof DeliveryError && (error.kind === 'misconfigured' || error.kind === 'rejected')) return null;
    throw error;
  }
}

/** Salesforce writes an id with 15 characters or, with three more that only check them, with 18. */
export const isSameId = (one: string | null, other: string | null): boolean =>
  one !== null && other !== null && one.slice(0, 15) === other.slice(0, 15);
