import { DeliveryError } from '../delivery-error.js';

export interface Token {
  readonly accessToken: string;
  /** Where the org is served from: Salesforce may move it, so the token's word counts. */
  readonly instanceUrl: string;
  /** Whose token it is; null: not said. */
  readonly identity: { readonly organizationId: string; readonly userId: string } | null;
}

/** Where tokens come from, for one way of signing in. */
export interface TokenSource {
  /** @throws DeliveryError when Salesforce, or the person who has to consent, gives us none */
  first(): Promise<Token>;
  /** The first token was issued just now: if that is refused, another one would be refused as well. */
  readonly firstIsNew: boolean;
  /** Another one instead of the refused; null: this way has only one. */
  readonly next: ((refused: Token) => Promise<Token>) | null;
}

/** A token that was refused although it is younger than this and never worked is not worth replacing. */
const freshMs = 60_000;

/**
 * The token of one connection: fetched when first needed, shared by all calls, replaced when Salesforce says that it has
 * expired. Salesforce does not say beforehand how long a token lives.
 */
export class Session {
  #token: Promise<Token> | null = null;
  #current: { readonly token: Token; readonly since: Date; readonly isNew: boolean; worked: boolean } | null = null;

  constructor(
    private readonly source: TokenSource,
    private readonly now: () => Date,
  ) {}

  /** @throws DeliveryError when Salesforce gives us none */
  token(): Promise<Token> {
    this.#token ??= this.#fetch(() => this.source.first(), this.source.firstIsNew);
    return this.#token;
  }

  /** Salesforce took this token. */
  worked({ accessToken }: Token): void {
    if (this.#current?.token.accessToken === accessToken) this.#current.worked = true;
  }

  /**
   * Another token instead of the refused one. Calls that were refused together share one new token, and a token that was
   * refused right after it was issued is not replaced, so that a run of refusals comes to an end.
   *
   * @throws DeliveryError the refusal itself when another token would not help
   */
  renewed(refused: Token, refusal: DeliveryError): Promise<Token> {
    const current = this.#current;
    if (current?.token.accessToken !== refused.accessToken) return this.token();
    const ageMs = this.now().getTime() - current.since.getTime();
    const { next } = this.source;
    const isFresh = current.isNew && !current.worked && ageMs < freshMs;
    if (next === null || isFresh) return Promise.reject(refusal);
    this.#current = null;
    this.#token = this.#fetch(() => next(refused), true);
    return this.#token;
  }

  async #fetch(get: () => Promise<Token>, isNew: boolean): Promise<Token> {
    try {
      const token = await get();
      this.#current = { token, since: this.now(), isNew, worked: false };
      return token;
    } catch (error) {
      this.#token = null;
      throw error;
    }
  }
}

/** Codes of an ended session; a malformed header or a closed API is not mended by another token. */
const refusedTokenCodes: ReadonlySet<string | undefined> = new Set(['INVALID_SESSION_ID', 'ERROR_HTTP_401']);
export const isRefusedToken = (error: unknown): error is DeliveryError =>
  error instanceof DeliveryError && refusedTokenCodes.has(error.details.code);
