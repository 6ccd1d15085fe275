import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { directly, MailchimpApi } from './api.js';
import { MailchimpClient } from './client.js';
import { OptOuts } from './opt-outs.js';
import { mailchimpSettings } from './settings.js';
import { list, openGate, rehearse, testKey, type Rehearsal } from './test-support.js';
import { testContext } from '../test-support.js';

const march = new Date('2026-03-01T00:00:00Z');
const members = z.array(z.record(z.string(), z.unknown()));

/** An audience with this many archived contacts, the first changed on the 1st of March and each a minute later. */
async function archivedContacts(count: number) {
  const sandbox = await rehearse();
  await sandbox.send('POST', `${list}/members`, { email_address: 'p0@chat.test', status: 'subscribed' });
  await sandbox.setUp((audience) => {
    const [pattern] = members.parse(audience.members);
    audience.members = Array.from({ length: count }, (_, index) => ({
      ...pattern,
      email_address: `p${String(index)}@chat.test`,
      contact_id: index.toString(16).padStart(32, '0'),
      status: 'archived',
      last_changed: new Date(march.getTime() + index * 60_000).toISOString(),
    }));
  });
  const clock = { at: march.getTime() + count * 60_000 };
  const now = () => new Date(clock.at);
  const settings = mailchimpSettings.parse({ apiKey: testKey, audienceId: list.slice(-10), baseUrl: sandbox.origin });
  const optOuts = new OptOuts(
    new MailchimpClient(
      new MailchimpApi(settings.audienceId, directly(settings, testContext({ call: openGate(), now }), 5_000)),
    ),
    now,
  );
  sandbox.startCounting();
  return { sandbox, optOuts, clock };
}

const reads = ({ calls }: Rehearsal) => calls().length;

describe('the list of who opted out', () => {
  it('is read to its end, however long', async () => {
    const { sandbox, optOuts } = await archivedContacts(2_500);
    await optOuts.refresh('archived', null, false);
    for (const index of [0, 999, 1_000, 1_950, 2_499]) expect(optOuts.has(`p${String(index)}@chat.test`)).toBe(true);
    expect(reads(sandbox)).toBe(3);
  });

  it('goes back only as far as somebody asked', async () => {
    const { sandbox, optOuts } = await archivedContacts(2_500);
    await optOuts.refresh('archived', new Date(march.getTime() + 2_400 * 60_000), false);
    expect(optOuts.has('p2400@chat.test')).toBe(true);
    expect(optOuts.has('p2399@chat.test')).toBe(false);
    expect(reads(sandbox)).toBe(1);
  });

  it('is continued from where it was read, and begun anew when somebody asks for an earlier time', async () => {
    const { sandbox, optOuts, clock } = await archivedContacts(1_500);
    await optOuts.refresh('archived', march, false);
    expect(reads(sandbox)).toBe(2);
    clock.at += 60_000;
    await optOuts.refresh('archived', new Date(march.getTime() + 1), false);
    expect(reads(sandbox)).toBe(3);
    expect(sandbox.entries().at(-1)?.answer).toMatchObject({ total_items: 5 });
    await optOuts.refresh('archived', new Date(march.getTime() - 1), false);
    expect(reads(sandbox)).toBe(5);
  });

  it('is believed for ten seconds while a large load is under way, and never otherwise', async () => {
    const { sandbox, optOuts, clock } = await archivedContacts(5);
    await optOuts.refresh('archived', march, true);
    clock.at += 9_000;
    await optOuts.refresh('archived', march, true);
    expect(reads(sandbox)).toBe(1);
    await optOuts.refresh('archived', march, false);
    expect(reads(sandbox)).toBe(2);
    clock.at += 10_000;
    await optOuts.refresh('archived', march, true);
    expect(reads(sandbox)).toBe(3);
  });

  it('is read once for all who ask before the reading begins, and once more for who asks after it has begun', async () => {
    const { sandbox, optOuts } = await archivedContacts(5);
    const ask = () => optOuts.refresh('archived', march, false);
    await Promise.all([ask(), ask(), ask()]);
    expect(reads(sandbox)).toBe(1);
    const first = ask();
    await vi.waitFor(() => expect(reads(sandbox)).toBe(2), { interval: 1 });
    await Promise.all([first, ask(), ask()]);
    expect(reads(sandbox)).toBe(3);
  });
});
