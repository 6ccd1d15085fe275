import { z } from 'zod';
import type { Account } from './account.js';
import { Problem } from './problem.js';
import { ok, type Route } from './route.js';

const tokenSchema = z.object({ tokenKey: z.string() });

/** Who am I: the account, and what a token may do. */
export function accountRoutes(account: Account): Route[] {
  return [
    {
      method: 'GET',
      path: '/account-info/v3/details',
      scopes: ['oauth'],
      handle: () =>
        ok({
          portalId: account.portalId,
          accountType: 'STANDARD',
          timeZone: account.timeZone,
          companyCurrency: 'EUR',
          additionalCurrencies: [],
          utcOffset: '+01:00',
          utcOffsetMilliseconds: 3_600_000,
          uiDomain: 'app-eu1.hubspot.com',
          dataHostingLocation: 'eu1',
        }),
    },
    {
      method: 'POST',
      path: '/oauth/v2/private-apps/get/access-token-info',
      scopes: null,
      handle: ({ body }) => {
        const asked = tokenSchema.safeParse(body);
        const app = account.apps.find(({ token }) => asked.success && token === asked.data.tokenKey);
        if (app === undefined)
          throw new Problem(404, { message: 'The token is not known', category: 'OBJECT_NOT_FOUND' });
        return ok({ userId: 5_501, hubId: account.portalId, appId: app.appId, scopes: app.scopes });
      },
    },
  ];
}
