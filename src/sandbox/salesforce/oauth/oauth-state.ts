import { z } from 'zod';
import { recordId } from '../record-id.js';

/** The connected app, as its admin set it up. */
export const connectedApp = z.strictObject({
  clientId: z.string(),
  clientSecret: z.string(),
  /** The client credentials flow has a user to run as. */
  runAsUserSet: z.boolean(),
  /** Where a code may be sent to; none: anywhere. */
  redirectUris: z.array(z.string()).default([]),
  /** `all`: each person is asked once. `preauthorized`: an admin has allowed it for everybody, and nobody is asked. */
  permittedUsers: z.enum(['all', 'preauthorized']).default('all'),
  /** Certificate or public key in PEM that JWT assertions are signed for; null: the app takes none. */
  certificate: z.string().nullable().default(null),
  /** Each refresh gives a new refresh token, and the one before is dead. */
  refreshTokenRotation: z.boolean().default(false),
  pkceRequired: z.boolean().default(false),
});

export const session = z.strictObject({
  accessToken: z.string(),
  expires: z.boolean(),
  lastUsedAt: z.iso.datetime(),
  userId: z.string().default(recordId('005', 1)),
  /** The refresh token that it came with, so that both end together. */
  refreshToken: z.string().nullable().default(null),
});

export const authorizationCode = z.strictObject({
  code: z.string(),
  userId: z.string(),
  redirectUri: z.string(),
  challenge: z.string().nullable(),
  scope: z.string(),
  issuedAt: z.iso.datetime(),
});

export const refreshToken = z.strictObject({
  token: z.string(),
  userId: z.string(),
  scope: z.string(),
  issuedAt: z.iso.datetime(),
});
