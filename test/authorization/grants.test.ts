import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Grant } from '../../src/destinations/authorization.js';
import { Grants } from '../../src/delivery/grants.service.js';
import { SecretBox } from '../../src/security/secret-box.js';
import { acmeAuthorization } from '../support/acme.js';
import { type AcmeCrm, startAcmeCrm } from '../support/acme-crm.js';
import { TestClock } from '../support/core.js';
import { testDatabase } from '../support/database.js';

const database = testDatabase();
const clock = new TestClock();
let crm: AcmeCrm;
/** Two processes, each with its own memory, on one database. */
let one: Grants;
let two: Grants;

const newGrants = () => new Grants(database.dataSource, new SecretBox(Buffer.alloc(32, 7)), clock.now);
const keeperOf = (grants: Grants) =>
  grants.keeper({ destination: 'acme', authorization: acmeAuthorization, settings: { baseUrl: crm.origin } });

beforeAll(async () => {
  crm = await startAcmeCrm();
});
afterAll(() => crm.close());

beforeEach(async () => {
  await database.dataSource.query('TRUNCATE destination_grants');
  [one, two] = [newGrants(), newGrants()];
  Object.assign(crm.state, {
    refreshes: 0,
    refreshToken: 'first-refresh',
    accessToken: 'first',
    tokenFault: null,
    seen: [],
  });
  await one.save('acme', grant());
});

const grant = (lastsMs = 3_600_000): Grant => ({
  accessToken: 'first',
  refreshToken: 'first-refresh',
  expiresAt: new Date(clock.now().getTime() + lastsMs),
  details: { account: 'acme-1' },
});
const stored = () =>
  database.dataSource.query<{ sealed: string; revision: number; refused_reason: string | null }[]>(
    'SELECT * FROM destination_grants',
  );

describe('a grant', () => {
  it('is handed out as long as it lasts, without asking anybody', async () => {
    expect(await keeperOf(one).current()).toEqual(grant());
    expect(crm.state.refreshes).toBe(0);
  });

  it('stands in the database only sealed', async () => {
    const [row] = await stored();
    expect(JSON.stringify(row)).not.toContain('first-refresh');
    expect(Buffer.from(row?.sealed ?? '', 'base64').toString('latin1')).not.toContain('first');
  });

  it('that runs out is refreshed once by two processes that need it at the same moment, and both have the new one', async () => {
    clock.forward(3_600_000 - 30_000);
    const tokens = await Promise.all(
      Array.from({ length: 10 }, (_unused, n) => keeperOf(n % 2 === 0 ? one : two).current()),
    );
    expect(crm.state.refreshes).toBe(1);
    expect(new Set(tokens.map(({ accessToken }) => accessToken))).toEqual(new Set([crm.state.accessToken]));
    expect(await stored()).toMatchObject([{ revision: 2 }]);
  });

  it('that rotates is refreshed with the newest token each time, whichever process does it', async () => {
    for (const process of [one, two, one, two]) {
      clock.forward(3_590_000);
      await keeperOf(process).current();
    }
    expect(crm.state.refreshes).toBe(4);
  });

  it('that the provider refuses too early is renewed once, however many calls were refused', async () => {
    const refused = await keeperOf(one).current();
    await keeperOf(two).current();
    const next = await Promise.all([
      keeperOf(one).renew(refused),
      keeperOf(one).renew(refused),
      keeperOf(two).renew(refused),
    ]);
    expect(crm.state.refreshes).toBe(1);
    expect(new Set(next.map(({ accessToken }) => accessToken)).size).toBe(1);
    expect(next[0].accessToken).not.toBe(refused.accessToken);
  });

  it('that was revoked needs a person: said once by the provider, remembered by us, mended by connecting again', async () => {
    crm.state.refreshToken = null;
    clock.forward(3_590_000);
    const needsPerson = {
      kind: 'unauthorized',
      message: expect.stringMatching(/revoked.*needs a person.*connect/) as string,
    };
    await expect(keeperOf(one).current()).rejects.toMatchObject(needsPerson);
    await expect(keeperOf(two).current()).rejects.toMatchObject(needsPerson);
    expect(crm.state.seen.filter(({ body }) => body.includes('first-refresh'))).toHaveLength(1);
    expect(await one.standing('acme')).toMatchObject({ refusedReason: expect.stringContaining('revoked') as string });
    await two.save('acme', { ...grant(), accessToken: 'second' });
    expect(await keeperOf(one).current()).toMatchObject({ accessToken: 'second' });
    expect(await one.standing('acme')).toMatchObject({ refusedReason: null });
  });

  it('is used to its last promised minute while the provider cannot be asked', async () => {
    crm.state.tokenFault = { status: 503, body: {} };
    clock.forward(3_600_000 - 90_000);
    expect(await keeperOf(one).current()).toMatchObject({ accessToken: 'first' });
    clock.forward(40_000);
    await expect(keeperOf(two).current()).rejects.toMatchObject({ kind: 'transient' });
    crm.state.tokenFault = null;
    expect(await keeperOf(two).current()).toMatchObject({ accessToken: crm.state.accessToken });
  });

  it('without a refresh token needs a person when it has run out', async () => {
    await one.save('acme', { ...grant(), refreshToken: null });
    clock.forward(3_600_000);
    await expect(keeperOf(one).current()).rejects.toMatchObject({ kind: 'unauthorized' });
  });

  it('that nobody has given yet needs a person', async () => {
    await database.dataSource.query('TRUNCATE destination_grants');
    await expect(keeperOf(two).current()).rejects.toMatchObject({
      kind: 'unauthorized',
      message: expect.stringContaining('/api/destinations/acme/connect') as string,
    });
  });
});
