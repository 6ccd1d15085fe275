/** What the OAuth endpoints answer when they do not do it: HTTP 400, an object and not an array. */
export class OAuthRefusal extends Error {
  override readonly name = 'OAuthRefusal';
  constructor(
    readonly error: string,
    readonly description: string,
  ) {
    super(`${error}: ${description}`);
  }

  get body() {
    return { error: this.error, error_description: this.description };
  }
}

export const invalidGrant = (description: string): OAuthRefusal => new OAuthRefusal('invalid_grant', description);
