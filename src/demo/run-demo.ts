import { setTimeout as delay } from 'node:timers/promises';
import type { DemoTarget, Screen } from './demo-target.js';
import {
  callsOf,
  counter,
  type DestinationFigures,
  destinationsOf,
  heldBy,
  refusalsOf,
  segmentsOf,
  triggersOf,
  unsettledRuns,
  waitingOf,
} from './figures.js';
import { playTraffic } from './play-traffic.js';
import { progressLine } from './progress-line.js';
import { renderReport } from './report.js';
import { placesOf } from './places.js';
import { seededRandom } from './traffic/random.js';
import { shopTraffic } from './traffic/shop.js';
import { demoTraffic } from './traffic/traffic.js';

const people = 320;
const hoursBack = 3;

/** Plays a day at a chatbot desk through the real webhooks, waits until every CRM has it, and says what came of it. */
export async function runDemo(target: DemoTarget, screen: Screen): Promise<void> {
  const connected = await destinationsOf(target);
  const sandboxes = target.sandboxes.filter(({ id }) => connected.includes(id));
  const callsBefore = await Promise.all(sandboxes.map(({ origin }) => callsOf(origin)));
  const source = (key: string) => ({ key, secret: target.secret });
  const seed = Date.now() % 1_000_000;
  const traffic = demoTraffic(seed, {
    people,
    sources: { manychat: source('demo-manychat'), landbot: source('demo-landbot') },
    startAt: new Date(Date.now() - hoursBack * 3_600_000),
  });
  const shop = shopTraffic(seededRandom(seed), source('demo-shop'), traffic.people, new Date());
  const line = progressLine(screen);
  const total = traffic.requests.length + shop.length;
  const played = await playTraffic(target.url, [...traffic.requests, ...shop], (sent) =>
    line.show(`Playing traffic of ${people} people on ManyChat, Landbot and a web shop: ${sent} of ${total} requests`),
  );
  line.done(
    `Played ${played.sent} requests of ${people} people in ${played.seconds.toFixed(1)} s (${Math.round(played.sent / played.seconds)} per second)`,
  );
  await delivered(target, line);
  const destinations = await Promise.all(
    sandboxes.map(async ({ id, title, origin }, index): Promise<DestinationFigures> => {
      const outcomes = (await counter(target.url, 'parley_delivery_records_total')).filter(
        ({ labels }) => labels.destination === id,
      );
      return {
        key: id,
        title,
        holds: await heldBy(origin),
        calls: (await callsOf(origin)) - (callsBefore[index] ?? 0),
        outcomes: Object.fromEntries(outcomes.map(({ labels, value }) => [labels.outcome ?? '', value])),
      };
    }),
  );
  const events = await counter(target.url, 'parley_events_total');
  screen.write(
    renderReport({
      destinations,
      played,
      events: sum(events.filter(({ labels }) => labels.repeated === 'false')),
      repeated: sum(events.filter(({ labels }) => labels.repeated === 'true')),
      segments: await segmentsOf(target),
      triggers: await triggersOf(target),
      places: await placesOf(target.sandboxes),
      refusals: await refusalsOf(target),
    }),
  );
}

const sum = (counters: readonly { readonly value: number }[]): number =>
  counters.reduce((total, { value }) => total + value, 0);

/** Until nothing is due any more; what is retried for long would keep it waiting, so it gives up after a minute and says so. */
async function delivered(target: DemoTarget, line: ReturnType<typeof progressLine>): Promise<void> {
  const until = Date.now() + 60_000;
  for (;;) {
    const waiting = (await waitingOf(target)) + (await unsettledRuns(target));
    if (waiting === 0) break;
    if (Date.now() > until) {
      line.done(`${waiting} deliveries and actions are still waiting; they go on in the background`);
      return;
    }
    line.show(`Bringing it to the CRMs: ${waiting} deliveries and actions waiting`);
    await delay(200);
  }
  line.done('Every CRM has what it should have');
}
