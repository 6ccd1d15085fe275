import { z } from 'zod';
import type { Authorization, AuthorizationAnswer, Grant } from '../authorization.js';
import { DeliveryError } from '../delivery-error.js';
import { loginRoot, type MailchimpSettings } from './settings.js';
import { toDeliveryError } from './to-delivery-error.js';

const tokenAnswer = z.object({ access_token: z.string().min(1) });
/** A refusal comes with 200 as well. */
const metadataAnswer = z.object({
  dc: z.string().regex(/^[a-z]+\d+$/),
  accountname: z.string().default(''),
  login: z.object({ email: z.string().default('') }).default({ email: '' }),
});
const refusalAnswer = z.object({ error: z.string(), error_description: z.string().default('') });

const timeoutMs = 30_000;

/**
 * Mailchimp's OAuth: no scopes and no PKCE, and a token that lasts until somebody takes it back; the data centre is asked for with it.
 *
 * @see https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/
 */
export const mailchimpAuthorization: Authorization<MailchimpSettings> = {
  applies: ({ apiKey }) => apiKey === undefined,
  authorizeUrl(settings, { redirectUri, state }) {
    const url = new URL(`${loginRoot(settings)}/oauth2/authorize`);
    const asked = { response_type: 'code', client_id: settings.clientId ?? '', redirect_uri: redirectUri, state };
    for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
    return url.href;
  },
  async exchange(settings, answer) {
    const { access_token: accessToken } = await token(settings, answer);
    const { dc, accountname, login } = await metadata(settings, accessToken);
    const details = { dataCentre: dc, account: accountname, email: login.email };
    return { accessToken, refreshToken: null, expiresAt: null, details };
  },
  // Mailchimp counts simultaneous calls by user.
  limitedAs: (_settings, { dataCentre, account, email }) =>
    dataCentre === undefined || email === undefined ? null : `${dataCentre} ${account ?? ''} ${email}`,
  refresh: (_settings, _grant: Grant) =>
    Promise.reject(
      new DeliveryError('unauthorized', 'Mailchimp has taken back the access: connect the account again', {
        code: 'access_revoked',
      }),
    ),
};

async function token(settings: MailchimpSettings, { code, redirectUri }: AuthorizationAnswer) {
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: settings.clientId ?? '',
    client_secret: settings.clientSecret ?? '',
    redirect_uri: redirectUri,
    code,
  });
  return ask(`${loginRoot(settings)}/oauth2/token`, { method: 'POST', body: form }, tokenAnswer);
}

const metadata = (settings: MailchimpSettings, accessToken: string) =>
  ask(`${loginRoot(settings)}/oauth2/metadata`, { headers: { authorization: `OAuth ${accessToken}` } }, metadataAnswer);

/** @throws DeliveryError without the code, the token or the secret in it */
async function ask<T>(url: string, init: RequestInit, answer: z.ZodType<T>): Promise<T> {
  let status: number;
  let body: unknown;
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) });
    status = response.status;
    body = await response.json().catch(() => null);
  } catch {
    throw new DeliveryError('transient', 'Mailchimp could not be reached to connect the account', {
      code: 'no_answer',
    });
  }
  const refusal = refusalAnswer.safeParse(body).data;
  if (refusal !== undefined || (status >= 400 && status < 500 && status !== 429))
    throw new DeliveryError('unauthorized', `Mailchimp refused to connect the account: ${said(refusal, status)}`, {
      code: refusal?.error ?? String(status),
    });
  if (status >= 400) throw toDeliveryError({ status, response: { body } });
  const parsed = answer.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new DeliveryError('transient', "Mailchimp's answer to the connection cannot be read", {
    code: 'unreadable_answer',
  });
}

const said = (refusal: z.infer<typeof refusalAnswer> | undefined, status: number): string =>
  refusal === undefined ? `it answered ${String(status)}` : refusal.error_description || refusal.error;
