import { AsyncLocalStorage } from 'node:async_hooks';
import { DeliveryError } from '../destinations/delivery-error.js';
import type { CallDescription, CallGate, DestinationLimits } from '../destinations/destination.js';
import { type CallPurpose, presentPurpose } from './call-purpose.js';
import { RateLimiter } from './rate-limiter.js';

/** How one request ended, for metrics: `ok` or the kind of failure. */
export interface CallOutcome {
  readonly operation: string;
  readonly outcome: 'ok' | DeliveryError['kind'];
  readonly durationMs: number;
}

export interface CallGateOptions {
  readonly limits: DestinationLimits;
  readonly nowMs: () => number;
  readonly observe: (outcome: CallOutcome) => void;
  /** Asked for each call: whose limits count is known only when the account is connected. Left out: they are kept within this process alone. */
  readonly limiter?: () => RateLimiter | Promise<RateLimiter>;
  /** Whether the account has calls left for this today. @throws DeliveryError `throttled` when it has not */
  readonly allow?: (purpose: CallPurpose) => Promise<void>;
}

const counted = new AsyncLocalStorage<{ calls: number }>();

/** Runs `work` and says how many requests it made, also those of calls that ran inside it at once. */
export async function countCalls<T>(
  work: () => Promise<T>,
): Promise<{ result: PromiseSettledResult<T>; calls: number }> {
  const counter = { calls: 0 };
  const [result] = await Promise.allSettled([counted.run(counter, async () => work())]);
  return { result, calls: counter.calls };
}

/** The gate that every request of a destination's connector goes through. */
export function createCallGate({ limits, nowMs, observe, allow, ...more }: CallGateOptions): CallGate {
  const alone = new RateLimiter(limits, nowMs);
  const limiterNow = more.limiter ?? (() => alone);
  return async (call, send) => {
    const purpose = presentPurpose();
    if (allow !== undefined) await allow(purpose);
    const make = async () => {
      const counter = counted.getStore();
      if (counter !== undefined) counter.calls += 1;
      const startedMs = nowMs();
      const done = (outcome: CallOutcome['outcome']): void =>
        observe({ operation: call.operation, outcome, durationMs: nowMs() - startedMs });
      try {
        const answer = await inTime(call, limits.timeoutMs, send);
        done('ok');
        return answer;
      } catch (error) {
        const failure = asDeliveryError(error, call);
        done(failure.kind);
        throw failure;
      }
    };
    return (await limiterNow()).run(call.lane ?? 'default', make, purpose);
  };
}

async function inTime<T>(
  call: CallDescription,
  timeoutMs: number,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const kind = call.repeatable ? 'transient' : 'unknown';
      reject(
        new DeliveryError(kind, `no answer to ${call.operation} within ${timeoutMs / 1_000} s`, { code: 'TIMEOUT' }),
      );
      controller.abort();
    }, timeoutMs);
  });
  try {
    return await Promise.race([send(controller.signal), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** A connector turns all it knows into a `DeliveryError`; anything else is a mistake of ours, and worth another try. */
function asDeliveryError(error: unknown, { operation }: CallDescription): DeliveryError {
  if (error instanceof DeliveryError) return error;
  const said = error instanceof Error ? error.message : String(error);
  return new DeliveryError('transient', `${operation} failed unexpectedly: ${said}`, { code: 'UNEXPECTED' });
}
