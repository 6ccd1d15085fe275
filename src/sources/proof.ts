import type { JWTPayload } from 'jose';
import type { HookRequest } from './chat-platform.js';
import { textOf } from './json-fields.js';

/** What a token has to say to count. */
export interface TokenExpectation {
  readonly issuers: readonly string[];
  readonly audience: string;
  /** Where the issuer publishes its keys (JSON Web Key Set). */
  readonly keysUrl: string;
  /** How far two clocks may be apart. */
  readonly toleranceSeconds: number;
  /** What the claims must say about this very request, looked at once the signature holds. A sentence: why they do not fit. */
  readonly misfit?: (claims: JWTPayload, request: HookRequest) => string | null;
}

/** How a request shows who sent it. A platform declares it; the shell verifies it, secrets in constant time. */
export type Proof =
  /** One of these must be one of the source's secrets; empty: it carries none. */
  | { readonly kind: 'secret'; readonly presented: readonly string[] }
  /** User name and password; the source's secret is the password alone or `user:password`. */
  | { readonly kind: 'basic'; readonly user: string; readonly password: string }
  | { readonly kind: 'token'; readonly token: string | null; readonly expected: TokenExpectation }
  /** The address it comes from is the only proof there is. */
  | { readonly kind: 'none' };

/** Where a source's settings say that a secret may be. */
export interface SecretPlaces {
  readonly secretHeader: string;
  readonly secretInUrl: boolean;
}

/**
 * The shared secret of a request: in the source's own header, as `Authorization: Bearer …` (Landbot writes the word Token), as basic
 * authentication, or, where the settings allow it, in the address.
 */
export function sharedSecret({ headers, query }: HookRequest, { secretHeader, secretInUrl }: SecretPlaces): Proof {
  const own = headers[secretHeader];
  if (own !== undefined && secretHeader !== 'authorization') return { kind: 'secret', presented: [own] };
  const { authorization } = headers;
  if (authorization !== undefined) {
    const basic = /^basic\s+([\w+/=-]+)\s*$/i.exec(authorization)?.[1];
    if (basic !== undefined) return basicProof(Buffer.from(basic, 'base64').toString('utf8'));
    const token = tokenIn(authorization);
    if (token !== null) return { kind: 'secret', presented: [token] };
    if (secretHeader === 'authorization') return { kind: 'secret', presented: [authorization] };
  }
  const inUrl = secretInUrl ? (query.secret ?? query.token) : undefined;
  return { kind: 'secret', presented: inUrl === undefined ? [] : [inUrl] };
}

function basicProof(credentials: string): Proof {
  const colon = credentials.indexOf(':');
  return { kind: 'basic', user: credentials.slice(0, Math.max(colon, 0)), password: credentials.slice(colon + 1) };
}

/** The token of an `Authorization` header; null: there is none. */
export function tokenIn(authorization: string | undefined): string | null {
  return textOf(/^(?:token|bearer)\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1]);
}
