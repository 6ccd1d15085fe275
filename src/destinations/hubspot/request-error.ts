/** An answer of `apiRequest` that is an error, of the same shape as the SDK's `ApiException`. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  constructor(
    readonly code: number,
    readonly body: unknown,
    readonly headers: Readonly<Record<string, string>>,
  ) {
    super(`HTTP ${String(code)}`);
  }
}
