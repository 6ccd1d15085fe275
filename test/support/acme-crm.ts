import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request to the provider, as it came. */
export interface AcmeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
export interface AcmeAnswer {
  readonly status: number;
  readonly body: unknown;
}
export type AcmeRoute = (request: AcmeRequest) => AcmeAnswer | Promise<AcmeAnswer>;

/**
 * A CRM that nobody has: a small HTTP server with OAuth as RFC 6749 and 7636 describe it (codes and refresh tokens count once, tokens
 * rotate, verifiers are checked). Routes for the rest are a test's own.
 */
export async function startAcmeCrm(routes: Readonly<Record<string, AcmeRoute>> = {}) {
  const codes = new Map<string, { readonly challenge: string; readonly redirectUri: string }>();
  const state = {
    /** Refreshes that were answered with a grant. */
    refreshes: 0,
    /** The only refresh token that counts now; null: the grant is revoked. */
    refreshToken: null as string | null,
    accessToken: null as string | null,
    lastsSeconds: 3_600,
    /** Set: the token endpoint answers with this instead. */
    tokenFault: null as AcmeAnswer | null,
    seen: [] as AcmeRequest[],
  };
  const issue = (): AcmeAnswer => {
    state.accessToken = `access-${randomUUID()}`;
    state.refreshToken = `refresh-${randomUUID()}`;
    return {
      status: 200,
      body: {
        access_token: state.accessToken,
        refresh_token: state.refreshToken,
        expires_in: state.lastsSeconds,
        account: 'acme-1',
      },
    };
  };
  const refused = (reason: string): AcmeAnswer => ({
    status: 400,
    body: { error: 'invalid_grant', error_description: reason },
  });
  const token: AcmeRoute = ({ body }) => {
    if (state.tokenFault !== null) return state.tokenFault;
    const form = new URLSearchParams(body);
    if (form.get('grant_type') === 'refresh_token') {
      if (state.refreshToken === null || form.get('refresh_token') !== state.refreshToken)
        return refused('the refresh token was used or revoked');
      state.refreshes += 1;
      return issue();
    }
    const code = form.get('code') ?? '';
    const open = codes.get(code);
    codes.delete(code);
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (open === undefined) return refused('no such code');
    if (open.challenge !== verifier) return refused('the verifier does not fit the challenge');
    return open.redirectUri === form.get('redirect_uri') ? issue() : refused('another redirect_uri');
  };
  const all: Readonly<Record<string, AcmeRoute>> = { '/token': token, ...routes };

  const server = createServer((request, response) => {
    void answer(request, response);
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', 'http://acme');
    const seen: AcmeRequest = {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    state.seen.push(seen);
    const { status, body } = (await all[url.pathname]?.(seen)) ?? { status: 404, body: {} };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    state,
    /** A person opens the address and agrees. Returns the code they are sent back with. */
    agree(authorizeUrl: string): { readonly code: string; readonly state: string; readonly redirectUri: string } {
      const { searchParams } = new URL(authorizeUrl);
      const redirectUri = searchParams.get('redirect_uri') ?? '';
      const code = randomUUID();
      codes.set(code, { challenge: searchParams.get('code_challenge') ?? '', redirectUri });
      return { code, state: searchParams.get('state') ?? '', redirectUri };
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
export type AcmeCrm = Awaited<ReturnType<typeof startAcmeCrm>>;
