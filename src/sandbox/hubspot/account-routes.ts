import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import type { Account } from './account.js';
import { Problem } from './problem.js';
import type { RateLimits } from './rate-limits.js';
import { ok, type Route } from './route.js';

const tokenSchema = z.object({ tokenKey: z.string() });

/** Who am I: the account, what a token may do, and what is left of the day. */
export function accountRoutes(account: Account, limits: RateLimits): Route[] {
  return [
    {
      method: 'GET',
      path: '/account-info/v3/details',
      scopes: ['oauth'],
      handle: () =>
        ok({
          portalId: account.portalId,
          accountType: 'STANDARD',
          timeZone: account.data.timeZone,
          companyCurrency: 'EUR',
          additionalCurrencies: [],
          ...utcOffset(account),
          uiDomain: 'app-eu1.hubspot.com',
          dataHostingLocation: 'eu1',
        }),
    },
    {
      method: 'GET',
      path: '/account-info/v3/api-usage/daily/private-apps',
      scopes: ['oauth'],
      handle: () => {
        const { used, limit, resetsAt } = limits.usage;
        const usage = { name: 'private-apps-api-calls-daily', usageLimit: limit, currentUsage: used };
        return ok({ results: [{ ...usage, collectedAt: account.now(), fetchStatus: 'SUCCESS', resetsAt }] });
      },
    },
    {
      method: 'POST',
      path: '/oauth/v2/private-apps/get/access-token-info',
      scopes: null,
      handle: ({ body }) => {
        const asked = tokenSchema.safeParse(body);
        const app = account.data.apps.find(({ token }) => asked.success && token === asked.data.tokenKey);
        if (app === undefined)
          throw new Problem(404, { message: 'The token is not known', category: 'OBJECT_NOT_FOUND' });
        return ok({ userId: 5_501, hubId: account.portalId, appId: app.appId, scopes: app.scopes });
      },
    },
  ];
}

function utcOffset(account: Account): { utcOffset: string; utcOffsetMilliseconds: number } {
  const here = Temporal.Instant.from(account.now()).toZonedDateTimeISO(account.data.timeZone);
  return { utcOffset: here.offset, utcOffsetMilliseconds: here.offsetNanoseconds / 1_000_000 };
}
