import { asSalesforceTime, salesforceTime } from '../records/incoming-value.js';
import type { StoredRecord } from '../records/record-table.js';
import { objectOf } from './read-request.js';
import { badRequest } from './rest-error.js';
import { ok, type RestCall, type RestRoute } from './rest-route.js';

const dayMs = 86_400_000;
const reachBackDays = { updated: 30, deleted: 15 } as const;

/**
 * What was changed or deleted in a stretch of time.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_getupdated.htm
 */
export const replicationRoutes: readonly RestRoute[] = [
  {
    method: 'GET',
    path: '/sobjects/:object/updated',
    handle: (call) => {
      const { start, end } = windowOf(call, reachBackDays.updated);
      const within = objectOf(call)
        .table.all()
        .filter((record) => isWithin(record, start, end));
      return ok({ ids: within.map(({ Id }) => Id), latestDateCovered: salesforceTime(new Date(end)) });
    },
  },
  {
    method: 'GET',
    path: '/sobjects/:object/deleted',
    handle: (call) => {
      const { start, end } = windowOf(call, reachBackDays.deleted);
      const within = objectOf(call)
        .table.bin()
        .filter((record) => isWithin(record, start, end));
      return ok({
        deletedRecords: within.map(({ Id, SystemModstamp }) => ({ id: Id, deletedDate: SystemModstamp })),
        earliestDateAvailable: salesforceTime(new Date(call.org.clock.now().getTime() - 15 * dayMs)),
        latestDateCovered: salesforceTime(new Date(end)),
      });
    },
  },
];

const isWithin = ({ SystemModstamp }: StoredRecord, start: number, end: number): boolean => {
  const at = instant(String(SystemModstamp));
  return at >= start && at <= end;
};
const instant = (time: string): number => Date.parse(time.replace('+0000', 'Z'));

/** @throws RestError when the stretch cannot be read, is empty, or begins too long ago */
function windowOf({ org, query }: RestCall, mostDays: number): { readonly start: number; readonly end: number } {
  // A plus sign that was not encoded arrives as a blank.
  const [start, end] = [query.start, query.end].map((time) => asSalesforceTime((time ?? '').replace(' ', '+')));
  if (start === undefined || end === undefined)
    throw badRequest('INVALID_REPLICATION_DATE', 'startDate and endDate have to be date-times');
  const [from, until] = [instant(start), instant(end)];
  if (until - from < 60_000)
    throw badRequest('INVALID_REPLICATION_DATE', 'endDate should be at least one minute after startDate');
  if (from < org.clock.now().getTime() - mostDays * dayMs)
    throw badRequest('INVALID_REPLICATION_DATE', `startDate before org's replication date: ${mostDays} days ago`);
  return { start: from, end: until };
}
