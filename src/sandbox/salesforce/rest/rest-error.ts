/** One entry of the array in which Salesforce's REST API says what went wrong. */
export interface RestErrorEntry {
  readonly message: string;
  readonly errorCode: string;
  readonly fields?: readonly string[];
  /** Which records a duplicate rule found; Salesforce spells it so. */
  readonly duplicateResut?: unknown;
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

export const badRequest = (errorCode: string, message: string): RestError => new RestError(400, { errorCode, message });

export const unknownObject = (name: string): RestError =>
  badRequest(
    'INVALID_TYPE',
    `sObject type '${name}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`,
  );
