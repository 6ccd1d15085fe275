import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { testDatabase } from '../support/database.js';
import { eventually, Service, temporaryFolder } from '../support/service.js';
import { order, ordersIn, startWorld, type World, writeConfiguration } from './shop-under-fire.js';

const rounds = Number(process.env.KILL_ROUNDS ?? '50');
const ordersPerRound = 12;
const redisUrl = `${inject('redisUrl') ?? ''}/9`;

const database = testDatabase();
const folders = [temporaryFolder(), temporaryFolder()];
const services: Service[] = [];
let world: World;
let redis: Redis;

beforeAll(async () => {
  if (inject('redisUrl') === null) throw new Error('This needs Redis: set REDIS_URL, or install redis-server.');
  redis = new Redis(redisUrl);
  world = await startWorld();
  const environment = {
    DATABASE_URL: database.url,
    REDIS_URL: redisUrl,
    ENCRYPTION_KEY: '7'.repeat(64),
    SANDBOX: 'false',
  };
  for (const { path } of folders)
    services.push(new Service(path, { ...environment, CONFIG_DIR: writeConfiguration(path, world) }));
  // One after the other: the first one tells the database what is in the files.
  for (const service of services) await service.start();
}, 120_000);
afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await Promise.all(Object.values(world).map((sandbox: World[keyof World]) => sandbox.close()));
  redis.disconnect();
  for (const folder of folders) folder.remove();
}, 60_000);

const random = (below: number): number => Math.floor(Math.random() * below);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Kills one process or both at a moment nobody has chosen, sometimes empties Redis, and starts them again. */
async function strike(): Promise<string> {
  await pause(random(2_500));
  const first = random(services.length);
  const dying = random(4) === 0 ? services : services.slice(first, first + 1);
  await Promise.all(dying.map((service) => service.stop('SIGKILL')));
  const flushed = random(3) === 0;
  if (flushed) await redis.flushdb();
  for (const service of dying) await service.start();
  return `${String(dying.length)} killed${flushed ? ', Redis emptied' : ''}`;
}

const runsOf = (trigger: string): Promise<{ status: string; runs: number }[]> =>
  database.dataSource.query(
    `SELECT status, count(*)::int AS runs FROM trigger_runs WHERE trigger = $1 GROUP BY status ORDER BY status`,
    [trigger],
  );

const exactlyOnce = (numbers: readonly number[]): Map<number, number> => new Map(numbers.map((number) => [number, 1]));
const byNumber = (counts: ReadonlyMap<number, number>): [number, number][] =>
  [...counts].toSorted(([one], [other]) => one - other);

it(
  `loses no run of a trigger and does none twice in ${String(rounds)} rounds of killed processes and emptied queues`,
  async () => {
    const said: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const numbers = Array.from({ length: ordersPerRound }, (_unused, index) => round * ordersPerRound + index + 1);
      said.push(...numbers);
      const sending = numbers.map(async (number) => {
        await pause(random(2_500));
        await order(number, () => services.filter(({ isUp }) => isUp).map(({ url }) => url));
      });
      const what = await strike();
      await Promise.all(sending);
      process.stdout.write(`round ${String(round + 1)} of ${String(rounds)}: ${what}\n`);
    }

    const states = await eventually(
      async () => ({ followUp: await runsOf('follow-up'), word: await runsOf('word') }),
      ({ followUp, word }) =>
        [...followUp, ...word].every(({ status }) => !['planned', 'waiting', 'acting'].includes(status)),
      300,
    );
    process.stdout.write(`${JSON.stringify(states)}\n`);

    // What can be asked about is done once, whatever died while it was being done.
    expect(states.followUp).toEqual([{ status: 'done', runs: said.length }]);
    expect(byNumber(await ordersIn(world.hubspot, /Order (\d+)\./g))).toEqual(byNumber(exactlyOnce(said)));
    expect(byNumber(await ordersIn(world.mailchimp, /"number":"Order (\d+)\./g))).toEqual(byNumber(exactlyOnce(said)));

    // What nobody can be asked about is never done twice, and where it may be missing, the run says so.
    const mails = await ordersIn(world.smtp, /"subject":"Order (\d+)\./g);
    expect([...mails.values()].every((count) => count === 1)).toBe(true);
    const word = Object.fromEntries(states.word.map(({ status, runs }) => [status, runs]));
    expect((word.done ?? 0) + (word.unknown ?? 0)).toBe(said.length);
    const missing = said.filter((number) => !mails.has(number));
    expect(missing.length).toBeLessThanOrEqual(word.unknown ?? 0);
    expect(mails.size).toBeGreaterThanOrEqual(word.done ?? 0);
  },
  rounds * 20_000 + 360_000,
);
