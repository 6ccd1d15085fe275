import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { emulators } from '../../src/sandbox/registry.js';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/sandbox-server.js';
import { eventually, postContact, Service, temporaryFolder } from '../support/service.js';

const folder = temporaryFolder();
/** CRMs do not die with us, so here the sandboxes run apart from the service. */
const crms: RunningSandbox[] = [];
let service: Service;
const startService = (): Promise<Service> =>
  new Service(
    folder.path,
    Object.fromEntries(crms.map(({ id, origin }) => [`SANDBOX_${id.toUpperCase()}_URL`, origin])),
  ).start();

beforeAll(async () => {
  for (const create of Object.values(emulators)) crms.push(await startSandbox(create, { port: 0 }));
  service = await startService();
}, 120_000);
afterAll(async () => {
  await service.stop();
  for (const crm of crms) await crm.close();
  folder.remove();
});

const profileSchema = z.object({ items: z.array(z.object({ attributes: z.record(z.string(), z.unknown()) })) });

/** Rule 1: what was answered with 2xx is there, whenever the process is killed; and it reaches the CRM in the end. */
it('loses nothing it has acknowledged when it is killed at any moment, and recovers by itself', async () => {
  const apiKey = service.apiKey;
  const acknowledged = new Map<string, number>();
  for (let round = 0; round < 4; round += 1) {
    let killed = false;
    const sender = async (person: number): Promise<void> => {
      for (let n = 1; !killed; n += 1) {
        const count = round * 1_000_000 + n;
        const email = `person${person}@crash.test`;
        const contact = { id: String(5_000_000 + person), email, custom_fields: { count } };
        const answer = await postContact(service.url, contact).catch(() => null);
        if (answer?.status === 200) acknowledged.set(email, count);
      }
    };
    const senders = Array.from({ length: 12 }, (_unused, person) => sender(person));
    await eventually(
      () => Promise.resolve(acknowledged.size),
      (size) => size === 12,
    );
    await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 400));
    await service.stop('SIGKILL');
    killed = true;
    await Promise.all(senders);
    service = await startService();
  }
  for (const [email, count] of acknowledged) {
    const answer = await fetch(`${service.url}/api/profiles?email=${email}`, {
      headers: { authorization: `Bearer ${apiKey}` },
    });
    const held = Number(profileSchema.parse(await answer.json()).items[0]?.attributes.count);
    // One more may have been committed whose answer the kill swallowed.
    expect(held).toBeGreaterThanOrEqual(count);
    expect(held).toBeLessThanOrEqual(count + 1);
  }
  const destinations = z.object({ items: z.array(z.object({ waiting: z.number() })) });
  await eventually(
    async () =>
      destinations.parse(
        await (
          await fetch(`${service.url}/api/destinations`, { headers: { authorization: `Bearer ${apiKey}` } })
        ).json(),
      ).items,
    (items) => items.every(({ waiting }) => waiting === 0),
    60,
  );
  const state = JSON.stringify(await (await fetch(`${crms[0]?.origin ?? ''}/_sandbox/state`)).json());
  for (const email of acknowledged.keys()) expect(state).toContain(email);
}, 240_000);

it('stops cleanly when it is told to, PostgreSQL too', async () => {
  // As npm does: Ctrl-C reaches us from the terminal, and once more from npm.
  const stopped = service.stop('SIGINT');
  expect(await Promise.all([stopped, service.stop('SIGINT')])).toEqual([0, 0]);
  // The folder is free again: another start has it for itself.
  service = await startService();
  expect(await service.stop('SIGTERM')).toBe(0);
}, 120_000);
