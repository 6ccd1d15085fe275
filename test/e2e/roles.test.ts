import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { testDatabase } from '../support/database.js';
import { eventually, postContact, Service, temporaryFolder } from '../support/service.js';

const redisUrl = inject('redisUrl');

/** Several processes share one PostgreSQL and one Redis: APIs take events, workers bring them out. */
describe.runIf(redisUrl !== null)('with Redis, in several processes', () => {
  const database = testDatabase();
  const folders = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  const running: Service[] = [];
  afterAll(async () => {
    await Promise.all(running.map((service) => service.stop()));
    for (const folder of folders) folder.remove();
  });

  it('what an api process commits, a worker delivers', async () => {
    const shared = { DATABASE_URL: database.url, REDIS_URL: `${redisUrl ?? ''}/5`, ENCRYPTION_KEY: '7'.repeat(64) };
    const start = async (index: number, environment: Record<string, string>): Promise<Service> => {
      const service = await new Service(folders[index]?.path ?? '', { ...shared, ...environment }).start();
      running.push(service);
      return service;
    };
    // The sandboxes run beside the first process; the others are told where.
    const first = await start(0, { ROLE: 'api', SANDBOX: 'true' });
    const origins = {
      SANDBOX_HUBSPOT_URL: first.sandbox('HubSpot'),
      SANDBOX_SALESFORCE_URL: first.sandbox('Salesforce'),
      SANDBOX_MAILCHIMP_URL: first.sandbox('Mailchimp'),
    };
    await start(1, { ROLE: 'worker', SANDBOX: 'true', ...origins });
    const second = await start(2, { ROLE: 'api', SANDBOX: 'true', ...origins });
    const email = `${randomUUID()}@roles.test`;
    expect((await postContact(second.url, { id: '4242', first_name: 'Roles', email })).status).toBe(200);
    await eventually(
      async () => JSON.stringify(await (await fetch(`${origins.SANDBOX_HUBSPOT_URL}/_sandbox/state`)).json()),
      (state) => state.includes(email),
      60,
    );
  }, 180_000);
});
