import { objectFacts } from '../object-types.js';
import { typeIn } from '../records/record-routes.js';
import type { Call } from '../route.js';

/** Definitions may be read by whoever may read or write the records. */
export function readSchemas(call: Call): readonly string[] {
  const type = typeIn(call);
  const { read, write } = objectFacts(type);
  return [`crm.schemas.${type}.read`, `crm.schemas.${type}.write`, ...read, ...write];
}

/** Engagements have no schema scope of their own. */
export function writeSchemas(call: Call): readonly string[] {
  const type = typeIn(call);
  const owned = type === 'contacts' || type === 'companies' || type === 'deals' || type === 'tickets';
  return owned ? [`crm.schemas.${type}.write`] : objectFacts(type).write;
}
