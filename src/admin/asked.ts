import { DeliveryError } from '../destinations/delivery-error.js';
import { Problem } from '../observability/problem.js';

/** A provider's refusal, as an answer. */
export async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    throw new Problem(502, 'The provider did not agree', error.message, {
      kind: error.kind,
      code: error.details.code ?? null,
    });
  }
}
