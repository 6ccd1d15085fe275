/** One thing that is wrong with one property's value, as HubSpot spells it. */
export interface PropertyFault {
  readonly message: string;
  readonly error: string;
  readonly name: string;
}

/** An answer that is an error. The router adds `status` and `correlationId`. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly status: number,
    readonly body: Readonly<Record<string, unknown>>,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(String(body.message));
  }
}

export const invalid = (message: string, more: Readonly<Record<string, unknown>> = {}): Problem =>
  new Problem(400, { message, ...more, category: 'VALIDATION_ERROR' });

/** HubSpot names the record only by what its values say: neither id nor place in the batch is in the answer. */
export function invalidProperties(faults: readonly PropertyFault[], portalId: number): Problem {
  const listed = faults.map(({ message, error, name }) => ({
    isValid: false,
    message,
    error,
    name,
    localizedErrorMessage: message,
    portalId,
  }));
  return invalid(`Property values were not valid: ${JSON.stringify(listed)}`, {
    errors: faults.map(({ message, error, name }) => ({ message, code: error, context: { propertyName: [name] } })),
  });
}

export const notFound = (): Problem =>
  new Problem(404, { message: 'resource not found', category: 'OBJECT_NOT_FOUND' }, { 'x-hubspot-notfound': 'true' });

export const conflict = (existingId: string): Problem =>
  new Problem(409, { message: `Contact already exists. Existing ID: ${existingId}`, category: 'CONFLICT' });

/** The body is JSON of the wrong shape, or no JSON at all: such answers carry no category. */
export const unreadable = (reason: string): Problem =>
  new Problem(400, { message: `Invalid input JSON on line 1, column 1: ${reason}` });

/** Too many properties in the query of a GET. */
export const tooLong = (): Problem => new Problem(414, { message: 'Request-URI Too Large' });

/** The account moves between data centres. */
export function movesElsewhere(now: string, until: string): Problem {
  const seconds = Math.max(1, Math.ceil((Date.parse(until) - Date.parse(now)) / 1_000));
  return new Problem(
    477,
    {
      message: 'This HubSpot account is being migrated between data hosting locations.',
      category: 'MIGRATION_IN_PROGRESS',
    },
    { 'retry-after': String(seconds) },
  );
}

/** Too much is written to one record at once. */
export const locked = (id: string): Problem =>
  new Problem(423, {
    message: `The record ${id} is locked by another process. Try again in a few seconds.`,
    category: 'LOCKED',
  });
