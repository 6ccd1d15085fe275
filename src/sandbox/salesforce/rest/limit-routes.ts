import { dailyEmails, emailsToday } from '../actions/send-email.js';
import { RestError } from './rest-error.js';
import { ok, type RestRoute } from './rest-route.js';

/**
 * What the org has left; only for those who may look at its set-up.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_limits.htm
 */
export const limitRoutes: readonly RestRoute[] = [
  {
    method: 'GET',
    path: '/limits',
    handle: ({ org }) => {
      const { usage, setup } = org;
      if (!setup.userPermissions.viewSetup)
        throw new RestError(403, {
          errorCode: 'INSUFFICIENT_ACCESS',
          message: 'You need the View Setup and Configuration permission to see the limits',
        });
      const left = (Max: number, used: number) => ({ Max, Remaining: Math.max(0, Max - used) });
      return ok({
        DailyApiRequests: left(usage.limit, usage.used),
        DailyBulkApiBatches: left(15_000, org.setup.bulkJobs.length),
        DailyBulkV2QueryJobs: left(10_000, org.setup.queryJobs.length),
        SingleEmail: left(dailyEmails, emailsToday(org)),
      });
    },
  },
];
