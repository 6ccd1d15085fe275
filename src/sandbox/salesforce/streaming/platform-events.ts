import { randomUUID } from 'node:crypto';
import type { Org } from '../org.js';
import { readChanges } from '../records/read-changes.js';
import { RestError } from '../rest/rest-error.js';
import type { OrgObject } from '../schema/org-object.js';

/** The answer to a published event: it is queued, which Salesforce says in `errors` although it is none. */
export interface Published {
  readonly id: string;
  readonly success: true;
  readonly errors: readonly unknown[];
}

/**
 * Publishes a platform event on `/event/{name}`.
 * @throws RestError when a field is unknown or does not take its value
 * @see https://developer.salesforce.com/docs/atlas.en-us.platform_events.meta/platform_events/platform_events_publish_api.htm
 */
export function publishEvent(org: Org, object: OrgObject, input: Readonly<Record<string, unknown>>): Published {
  const changes = readChanges(org, object, input, true);
  if ('objection' in changes) throw new RestError(400, changes.objection);
  const values = Object.fromEntries(changes.values);
  const missing = object.required.filter(({ name }) => values[name] === undefined).map(({ name }) => name);
  if (missing.length > 0)
    throw new RestError(400, {
      errorCode: 'REQUIRED_FIELD_MISSING',
      message: `Required fields are missing: [${missing.join(', ')}]`,
      fields: missing,
    });
  const uuid = randomUUID();
  const custom = object.fields.filter(({ system }) => !system).map(({ name }) => [name, values[name] ?? null] as const);
  org.bus.publish(`/event/${object.name}`, `${object.name}-schema`, {
    CreatedDate: org.clock.now().toISOString(),
    CreatedById: org.caller.userId,
    ...Object.fromEntries(custom),
  });
  // All events of a definition are answered with ids that say nothing; the uuid names this one.
  return {
    id: org.newId(object.keyPrefix),
    success: true,
    errors: [{ statusCode: 'OPERATION_ENQUEUED', message: uuid, fields: [] }],
  };
}
