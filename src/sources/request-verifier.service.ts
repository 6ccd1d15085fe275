import { Injectable, Logger } from '@nestjs/common';
import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { isOneOf } from '../security/secret-hash.js';
import { lastAddress } from './address-list.js';
import type { HookRequest } from './chat-platform.js';
import type { Proof, TokenExpectation } from './proof.js';
import type { ActiveSource } from './source-directory.service.js';

/** Why a request is not let in. */
export interface Refusal {
  readonly status: 401 | 403 | 503;
  readonly reason: 'wrong_secret' | 'wrong_address' | 'wrong_token' | 'no_keys';
  readonly detail: string;
}

const noSecret: Refusal = { status: 401, reason: 'wrong_secret', detail: 'The request carries no secret.' };
const wrongSecret: Refusal = { status: 401, reason: 'wrong_secret', detail: 'The secret does not fit this source.' };
const wrongAddress: Refusal = {
  status: 403,
  reason: 'wrong_address',
  detail: 'The request comes from an address that is not on this source’s list.',
};

const keysTimeoutMs = 3_000;
const keysRestMs = 30_000;
const keysMaxAgeMs = 600_000;
/** Issuers of all sources together; an address more than that starts anew. */
const mostIssuers = 50;

/** Verifies what a request offers as proof. Looks at nothing else of it: what is not let in is not read. */
@Injectable()
export class RequestVerifier {
  readonly #log = new Logger(RequestVerifier.name);
  readonly #keys = new Map<string, JWTVerifyGetKey>();

  /** Null: let in. Only a token has to be waited for, and only until its issuer's keys are known. */
  verify(source: ActiveSource, request: HookRequest): Refusal | null | Promise<Refusal | null> {
    const { allows, shell, platform, context, secretHashes } = source;
    if (allows !== null) {
      const header = shell.clientAddressHeader;
      const caller = header === null ? request.remoteAddress : lastAddress(request.headers[header]);
      if (!allows(caller)) return wrongAddress;
    }
    const proof = platform.presentedProof(request, context);
    switch (proof.kind) {
      case 'secret':
        return secretRefusal(proof.presented, secretHashes);
      case 'basic':
        return secretRefusal([proof.password, `${proof.user}:${proof.password}`], secretHashes);
      case 'token':
        return this.#tokenRefusal(proof, request);
      case 'none':
        // Without a list, nobody but the address itself would keep strangers out.
        return allows === null ? wrongAddress : null;
    }
  }

  async #tokenRefusal({ token, expected }: Proof & { kind: 'token' }, request: HookRequest): Promise<Refusal | null> {
    if (token === null) return { status: 401, reason: 'wrong_token', detail: 'The request carries no token.' };
    try {
      const { payload } = await jwtVerify(token, this.#keysOf(expected), {
        issuer: [...expected.issuers],
        audience: expected.audience,
        clockTolerance: expected.toleranceSeconds,
        algorithms: ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384'],
        requiredClaims: ['exp'],
      });
      const misfit = expected.misfit?.(payload, request) ?? null;
      return misfit === null ? null : { status: 401, reason: 'wrong_token', detail: misfit };
    } catch (error) {
      return this.#explain(error, expected);
    }
  }

  #explain(error: unknown, { keysUrl }: TokenExpectation): Refusal {
    const isTokensFault =
      error instanceof errors.JWTClaimValidationFailed ||
      error instanceof errors.JWTExpired ||
      error instanceof errors.JWTInvalid ||
      error instanceof errors.JWSInvalid ||
      error instanceof errors.JWSSignatureVerificationFailed ||
      error instanceof errors.JWKSNoMatchingKey ||
      error instanceof errors.JOSEAlgNotAllowed ||
      error instanceof errors.JOSENotSupported;
    const said = error instanceof Error ? error.message : String(error);
    if (isTokensFault) return { status: 401, reason: 'wrong_token', detail: `The token does not count: ${said}.` };
    this.#log.error(`keys cannot be read from ${keysUrl}: ${said}`);
    return {
      status: 503,
      reason: 'no_keys',
      detail: 'The keys that the token is signed with cannot be read now. Send it again in a few seconds.',
    };
  }

  #keysOf({ keysUrl }: TokenExpectation): JWTVerifyGetKey {
    const known = this.#keys.get(keysUrl);
    if (known !== undefined) return known;
    if (this.#keys.size >= mostIssuers) this.#keys.clear();
    const keys = createRemoteJWKSet(new URL(keysUrl), {
      timeoutDuration: keysTimeoutMs,
      cooldownDuration: keysRestMs,
      cacheMaxAge: keysMaxAgeMs,
    });
    this.#keys.set(keysUrl, keys);
    return keys;
  }
}

/** Every one is compared, each in constant time. */
function secretRefusal(presented: readonly string[], hashes: readonly string[]): Refusal | null {
  if (presented.length === 0) return noSecret;
  let fits = false;
  for (const secret of presented) if (isOneOf(secret, hashes)) fits = true;
  return fits ? null : wrongSecret;
}
