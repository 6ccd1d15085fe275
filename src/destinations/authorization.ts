/** What a provider has given us for an account. Sealed at rest, never logged. */
export interface Grant {
  readonly accessToken: string;
  /** null: the access token lasts, or a new one needs a person. */
  readonly refreshToken: string | null;
  /** null: not said. */
  readonly expiresAt: Date | null;
  /** What else the provider said and the connector needs: instance address, data centre, portal id, granted scopes. No secrets. */
  readonly details: Readonly<Record<string, string>>;
}

export interface AuthorizationRequest {
  /** Ours; registered with the provider's app. */
  readonly redirectUri: string;
  readonly state: string;
  /** Base64url SHA-256 of the verifier (RFC 7636, S256); ignored by providers without PKCE. */
  readonly codeChallenge: string;
}

export interface AuthorizationAnswer {
  readonly code: string;
  readonly redirectUri: string;
  readonly codeVerifier: string;
  readonly now: Date;
}

/**
 * OAuth 2.0 with a person's consent (RFC 6749, authorisation code). Keeping the grant, `state`, PKCE and "one process refreshes at a
 * time" is not the provider's business: it says where to send the person and how its token endpoint is asked.
 */
export interface Authorization<Settings = unknown> {
  /** Do these settings want it? The same provider may be connected with a key instead. */
  applies(settings: Settings): boolean;
  authorizeUrl(settings: Settings, request: AuthorizationRequest): string;
  /** @throws DeliveryError `unauthorized` when the code or the app is refused, `transient` when there was no answer */
  exchange(settings: Settings, answer: AuthorizationAnswer): Promise<Grant>;
  /** With the rotated refresh token, if the provider rotates. @throws DeliveryError `unauthorized` when the grant was revoked */
  refresh(settings: Settings, grant: Grant, now: Date): Promise<Grant>;
  /** Whose limits the grant's calls count against: destinations that name the same share them. Left out or null: each has its own. */
  limitedAs?(settings: Settings, details: Grant['details']): string | null;
}

/** The connector's way to the account's grant. One process at a time refreshes it; the others get what it got. */
export interface GrantKeeper {
  /** Good for at least a minute as far as we know. @throws DeliveryError `unauthorized` when a person has to connect the account */
  current(): Promise<Grant>;
  /** The provider has refused this one although it should be good: the next one. */
  renew(refused: Grant): Promise<Grant>;
}
