/** One entry of the array in which Salesforce's REST API says what went wrong. */
export interface RestErrorEntry {
  readonly message: string;
  readonly errorCode: string;
  readonly fields?: readonly string[];
}

/** Thrown by a route; answered as `[{message, errorCode, fields?}]`. */
export class RestError extends Error {
  override readonly name = 'RestError';
  readonly entries: readonly RestErrorEntry[];
  constructor(
    readonly status: number,
    ...entries: readonly RestErrorEntry[]
  ) {
    super(entries.map(({ errorCode }) => errorCode).join(', '));
    this.entries = entries;
  }
}

export const notFound = (): RestError =>
  new RestError(404, { errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' });
