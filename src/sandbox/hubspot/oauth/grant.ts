import { z } from 'zod';

/** A public app that people connect their account with. */
export const oauthAppSchema = z.object({
  appId: z.int(),
  name: z.string(),
  clientId: z.string(),
  clientSecret: z.string(),
  redirectUris: z.array(z.string()).default([]).describe('Empty: any address is taken, as an app under development'),
});
export type OauthApp = z.infer<typeof oauthAppSchema>;

/** Somebody has said yes and the app has not yet fetched its tokens. */
export const codeSchema = z.object({
  code: z.string(),
  clientId: z.string(),
  redirectUri: z.string(),
  scopes: z.array(z.string()),
  codeChallenge: z.string().nullable(),
  expiresAt: z.iso.datetime(),
});

export const grantSchema = z.object({
  refreshToken: z.string(),
  clientId: z.string(),
  scopes: z.array(z.string()),
  userId: z.int(),
  revoked: z.boolean().default(false).describe('The app was taken out of the account'),
});
export type Grant = z.infer<typeof grantSchema>;

export const accessTokenSchema = z.object({
  token: z.string(),
  refreshToken: z.string(),
  expiresAt: z.iso.datetime(),
});
