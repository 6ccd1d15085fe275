/** Connectors decide the kind; nobody else looks at a status code. */
export type FailureKind = 'transient' | 'throttled' | 'unauthorized' | 'misconfigured' | 'rejected' | 'unknown';

export interface DeliveryErrorDetails {
  /** The provider's own code, for example `INVALID_EMAIL` or `REQUIRED_FIELD_MISSING`. */
  readonly code?: string;
  /** The destination's field that is at fault, when the provider names one. */
  readonly field?: string;
  /** How long the provider asks us to wait. */
  readonly retryAfterMs?: number;
  /** It is about this record alone: the destination goes on with the others, although the kind says otherwise. */
  readonly recordOnly?: boolean;
  readonly cause?: unknown;
}

/** What went wrong at a destination, in our words; `message` keeps the provider's own words and never holds a secret. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  constructor(
    readonly kind: FailureKind,
    message: string,
    readonly details: DeliveryErrorDetails = {},
  ) {
    super(message, { cause: details.cause });
  }
}

/** What a connector threw: what is not a `DeliveryError` is a mistake of ours, and worth another try. */
export function asDeliveryError(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error;
  const said = error instanceof Error ? error.message : String(error);
  return new DeliveryError('transient', `the connector failed unexpectedly: ${said}`, { code: 'UNEXPECTED' });
}

/** What each kind leads to. A new kind does not compile until every consequence is written. */
export const consequences = {
  /** The provider or the way to it failed: again later, and the circuit breaker counts it. */
  transient: { retry: true, pauseDestination: false, countsForBreaker: true },
  /** We were too fast: the destination rests as long as the provider asks. */
  throttled: { retry: true, pauseDestination: false, countsForBreaker: false },
  /** Waits until a person has reconnected the destination. */
  unauthorized: { retry: true, pauseDestination: true, countsForBreaker: false },
  /** We are let in, but a person has to change something at the account first (a scope, a field, a plan): waits as well. */
  misconfigured: { retry: true, pauseDestination: true, countsForBreaker: false },
  /** This record will not succeed without a person: a dead letter. */
  rejected: { retry: false, pauseDestination: false, countsForBreaker: false },
  /** Sent, no answer. Keyed writes may be repeated; for anything else the provider is asked first. */
  unknown: { retry: true, pauseDestination: false, countsForBreaker: true },
} as const satisfies Record<FailureKind, { retry: boolean; pauseDestination: boolean; countsForBreaker: boolean }>;
