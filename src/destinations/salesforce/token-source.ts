import { DeliveryError } from '../delivery-error.js';
import type { Grant } from '../authorization.js';
import type { ConnectionContext } from '../destination.js';
import { askForToken, identityIn, type TokenRequest } from './oauth.js';
import { jwtAssertion } from './jwt-assertion.js';
import type { Token, TokenSource } from './session.js';
import type { SalesforceSettings, SignIn } from './settings.js';

type Source = (settings: SalesforceSettings, context: ConnectionContext) => TokenSource;

/** How each way of signing in comes to its tokens. */
const sources = {
  client_credentials: (settings, context) =>
    asked(settings, context, () => Promise.resolve({ grant_type: 'client_credentials' })),
  jwt_bearer: (settings, context) =>
    asked(settings, context, async () => ({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: await jwtAssertion(settings, context.now()),
    })),
  web_server: (_settings, context) => granted(context),
  access_token: ({ accessToken, instanceUrl }) => ({
    first: () => Promise.resolve({ accessToken, instanceUrl, identity: null }),
    firstIsNew: true,
    next: null,
  }),
} as const satisfies Record<SignIn, Source>;

export const tokenSourceOf: Source = (settings, context) => sources[settings.signIn](settings, context);

/** Ways that need nobody: the next token is asked for as the first one was. */
function asked(
  settings: SalesforceSettings,
  context: ConnectionContext,
  request: () => Promise<TokenRequest>,
): TokenSource {
  const ask = (): Promise<Token> =>
    context.call({ operation: 'oauth.token', repeatable: true }, async (signal) => {
      const answer = await askForToken(settings, await request(), signal);
      return { accessToken: answer.accessToken, instanceUrl: answer.instanceUrl, identity: identityIn(answer.id) };
    });
  return { first: ask, firstIsNew: true, next: ask };
}

/** A person's consent: whoever keeps the grant refreshes it, one process at a time. */
function granted({ grants }: ConnectionContext): TokenSource {
  if (grants === null) {
    const first = (): Promise<Token> =>
      Promise.reject(
        new DeliveryError('unauthorized', 'Nobody has connected this account yet: sign in to Salesforce once', {
          code: 'NOT_CONNECTED',
        }),
      );
    return { first, firstIsNew: true, next: null };
  }
  const grantOf = new Map<string, Grant>();
  const toToken = (grant: Grant): Token => {
    grantOf.clear(); // only the latest can be refused
    grantOf.set(grant.accessToken, grant);
    const { instanceUrl = '', id } = grant.details;
    return { accessToken: grant.accessToken, instanceUrl, identity: identityIn(id) };
  };
  return {
    first: async () => toToken(await grants.current()),
    firstIsNew: false, // it may have been given days ago, or to another process
    next: async ({ accessToken }) => {
      const refused = grantOf.get(accessToken);
      return toToken(refused === undefined ? await grants.current() : await grants.renew(refused));
    },
  };
}
