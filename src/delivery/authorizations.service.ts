import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Environment } from '../../config/env.js';
import { ENVIRONMENT, type Now, NOW } from '../database/environment.js';
import type { Authorization } from '../destinations/authorization.js';
import { DeliveryError } from '../destinations/delivery-error.js';
import { type ConnectedDestination, MappingDirectory } from '../mapping/mapping-directory.service.js';
import { SecretBox } from '../security/secret-box.js';
import { hashSecret } from '../security/secret-hash.js';
import { newAuthorizationSecrets } from './authorization-code.js';
import { DeliveryWaker } from './delivery-waker.service.js';
import { DestinationStates } from './destination-states.repository.js';
import { Grants } from './grants.service.js';

/** A person who does not come back within this has to start again. */
const openForMs = 10 * 60_000;

/** What a provider sends a person back with. */
export interface AuthorizationReturn {
  readonly state: string;
  readonly code: string | null;
  /** Set when the provider, or the person, did not agree. */
  readonly error: string | null;
  readonly errorDescription: string | null;
}

/** How a return ended, for the person who looks at the page. */
export type AuthorizationOutcome =
  | { readonly status: 'connected'; readonly destination: string }
  /** We did not send this person, or too long ago, or they have been here before. */
  | { readonly status: 'unknown' }
  | { readonly status: 'failed'; readonly destination: string; readonly reason: string };

interface RequestRow {
  readonly destination: string;
  readonly sealed_verifier: string;
  readonly redirect_uri: string;
  readonly expires_at: Date;
}

/** Connecting accounts with a person's consent: OAuth 2.0 authorisation code with PKCE (RFC 6749, 7636, 9700). */
@Injectable()
export class Authorizations {
  constructor(
    private readonly dataSource: DataSource,
    private readonly mappings: MappingDirectory,
    private readonly grants: Grants,
    private readonly states: DestinationStates,
    private readonly waker: DeliveryWaker,
    private readonly box: SecretBox,
    @Inject(NOW) private readonly now: Now,
    @Inject(ENVIRONMENT) private readonly env: Environment,
  ) {}

  /** Where providers send people back to; to be registered with each provider's app. */
  get redirectUri(): string {
    return `${this.env.publicUrl}/oauth/callback`;
  }

  /** Where to send the person who is to agree. Of the state only a hash is kept. */
  async begin(
    destination: string,
    authorization: Authorization,
    settings: unknown,
  ): Promise<{ readonly authorizeUrl: string; readonly expiresAt: Date }> {
    const { state, codeVerifier, codeChallenge } = newAuthorizationSecrets();
    const { redirectUri } = this;
    const authorizeUrl = authorization.authorizeUrl(settings, { redirectUri, state, codeChallenge });
    const now = this.now();
    const expiresAt = new Date(now.getTime() + openForMs);
    await this.dataSource.query('DELETE FROM authorization_requests WHERE expires_at <= $1', [now]);
    await this.dataSource.query(
      `INSERT INTO authorization_requests (state_hash, destination, sealed_verifier, redirect_uri, expires_at) VALUES ($1, $2, $3, $4, $5)`,
      [hashSecret(state), destination, this.box.seal(codeVerifier), redirectUri, expiresAt],
    );
    return { authorizeUrl, expiresAt };
  }

  /** A person has come back. Their state counts once, also when what follows fails. */
  async finish(back: AuthorizationReturn): Promise<AuthorizationOutcome> {
    const request = await this.#take(back.state);
    if (request === null) return { status: 'unknown' };
    const { destination } = request;
    const failed = (reason: string): AuthorizationOutcome => ({ status: 'failed', destination, reason });
    if (back.error !== null) return failed(back.errorDescription ?? back.error);
    if (back.code === null) return failed('The provider sent no code.');
    const found = wantsAuthorization(this.mappings.findConnected(destination));
    if (found === null) return failed('The destination is switched off, or its settings have changed since.');
    try {
      const grant = await found.authorization.exchange(found.settings, {
        code: back.code,
        redirectUri: request.redirect_uri,
        codeVerifier: this.box.open(request.sealed_verifier),
        now: this.now(),
      });
      await this.grants.save(destination, grant);
    } catch (error) {
      if (error instanceof DeliveryError) return failed(error.message);
      throw error;
    }
    // Whoever has connected it wants it to go on.
    await this.states.resume(destination);
    this.waker.wake(destination, this.now());
    return { status: 'connected', destination };
  }

  /** One statement, so that of two that come with the same state one is told that it is unknown. */
  async #take(state: string): Promise<RequestRow | null> {
    const [rows] = await this.dataSource.query<[RequestRow[], number]>(
      'DELETE FROM authorization_requests WHERE state_hash = $1 RETURNING destination, sealed_verifier, redirect_uri, expires_at',
      [hashSecret(state)],
    );
    const [row] = rows;
    return row === undefined || row.expires_at <= this.now() ? null : row;
  }
}

/** The destination's way to be connected by a person; null: it is connected with a key, or cannot be used. */
export function wantsAuthorization(
  connected: ConnectedDestination | undefined,
): { readonly authorization: Authorization; readonly settings: unknown } | null {
  const authorization = connected?.provider.authorization;
  if (connected === undefined || authorization?.applies(connected.settings) !== true) return null;
  return { authorization, settings: connected.settings };
}
