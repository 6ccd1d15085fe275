import { z } from 'zod';
import type { Authorization, Grant } from '../../src/destinations/authorization.js';
import { DeliveryError } from '../../src/destinations/delivery-error.js';
import type { Connection, ConnectionContext, Destination } from '../../src/destinations/destination.js';

export const acmeSettings = z.object({ baseUrl: z.url(), key: z.string().optional() });
export type AcmeSettings = z.output<typeof acmeSettings>;

const tokenAnswer = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  expires_in: z.number(),
  account: z.string(),
});

/** How Acme's token endpoint is asked; the same a real provider's folder would hold. */
export const acmeAuthorization: Authorization<AcmeSettings> = {
  applies: ({ key }) => key === undefined,
  authorizeUrl: ({ baseUrl }, { redirectUri, state, codeChallenge }) =>
    `${baseUrl}/authorize?${new URLSearchParams({ redirect_uri: redirectUri, state, code_challenge: codeChallenge, code_challenge_method: 'S256' }).toString()}`,
  exchange: ({ baseUrl }, { code, redirectUri, codeVerifier, now }) =>
    askToken(
      baseUrl,
      { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: codeVerifier },
      now,
    ),
  refresh: ({ baseUrl }, grant, now) =>
    askToken(baseUrl, { grant_type: 'refresh_token', refresh_token: grant.refreshToken ?? '' }, now),
};

async function askToken(baseUrl: string, form: Record<string, string>, now: Date): Promise<Grant> {
  const answer = await fetch(`${baseUrl}/token`, { method: 'POST', body: new URLSearchParams(form) });
  const body: unknown = await answer.json();
  if (answer.status === 400)
    throw new DeliveryError(
      'unauthorized',
      `Acme refused: ${z.object({ error_description: z.string() }).parse(body).error_description}.`,
    );
  if (!answer.ok) throw new DeliveryError('transient', `Acme answered ${answer.status}`);
  const { access_token, refresh_token, expires_in, account } = tokenAnswer.parse(body);
  return {
    accessToken: access_token,
    refreshToken: refresh_token,
    expiresAt: new Date(now.getTime() + expires_in * 1_000),
    details: { account },
  };
}

/** Who calls Acme: with the key of the settings, or with what a person has granted. */
async function bearer({ key }: AcmeSettings, { grants }: ConnectionContext): Promise<string> {
  return grants === null ? (key ?? '') : (await grants.current()).accessToken;
}

/** A provider that is in no registry but a test's: as much of the port as the test gives it. */
export function acme(
  more: Partial<Omit<Destination<AcmeSettings>, 'connect'>> = {},
  connection: (
    settings: AcmeSettings,
    context: ConnectionContext,
    get: (path: string) => Promise<unknown>,
  ) => Partial<Connection> = () => ({}),
): Destination<AcmeSettings> {
  return {
    id: 'acme',
    title: 'Acme CRM',
    settings: acmeSettings,
    secrets: ['key'],
    objects: ['people'],
    limits: () => ({ batchSize: 100, parallelCalls: 5, rates: [], timeoutMs: 5_000 }),
    connect: (settings, context) => {
      const get = async (path: string): Promise<unknown> => {
        const token = await bearer(settings, context);
        return context.call({ operation: 'get', repeatable: true }, async (signal) => {
          const answer = await fetch(`${settings.baseUrl}${path}`, {
            headers: { authorization: `Bearer ${token}` },
            signal,
          });
          if (answer.status === 401) throw new DeliveryError('unauthorized', 'Acme does not let us in');
          if (answer.status === 429) throw new DeliveryError('throttled', 'too fast', { retryAfterMs: 1_000 });
          if (!answer.ok) throw new DeliveryError('transient', `Acme answered ${answer.status}`);
          return answer.json();
        });
      };
      return {
        check: async () => {
          await get('/me');
          return { account: 'acme-1', problems: [] };
        },
        fields: () => Promise.resolve([]),
        upsert: async ({ records }) => {
          await get('/me');
          return records.map(({ profileId, key }) => ({
            profileId,
            status: 'delivered' as const,
            remoteId: `acme:${key}`,
            created: false,
            memo: null,
            dropped: [],
          }));
        },
        ...connection(settings, context, get),
      };
    },
    ...more,
  };
}
