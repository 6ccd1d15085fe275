import { z } from 'zod';
import { type DemoTarget, fetchJson } from './demo-target.js';

/** What one CRM holds and what it took; every number is asked of the system. */
export interface DestinationFigures {
  readonly key: string;
  readonly title: string;
  /** Rows of the sandbox's own table. */
  readonly holds: number;
  /** Requests in the sandbox's journal since the demo began. */
  readonly calls: number;
  readonly outcomes: Readonly<Record<string, number>>;
}

export interface Refusal {
  readonly destination: string;
  readonly cause: string;
  readonly count: number;
  readonly message: string;
}

const callsSchema = z.object({ total: z.number() });
const destinationsSchema = z.object({ items: z.array(z.object({ key: z.string(), waiting: z.number() })) });
const causesSchema = z.object({
  items: z.array(
    z.object({ kind: z.string(), origin: z.string(), cause: z.string(), count: z.number(), message: z.string() }),
  ),
});

/** Requests that a sandbox has answered so far. */
export async function callsOf(origin: string): Promise<number> {
  return callsSchema.parse(await fetchJson(`${origin}/_sandbox/calls?path=none`)).total;
}

/** Profiles with news that some destination has not got yet. */
export async function waitingOf({ url, apiKey }: DemoTarget): Promise<number> {
  const { items } = destinationsSchema.parse(await fetchJson(`${url}/api/destinations`, apiKey));
  return items.reduce((sum, { waiting }) => sum + waiting, 0);
}

const segmentsSchema = z.object({
  items: z.array(z.object({ title: z.string(), description: z.string(), members: z.number() })),
});
export type SegmentFigures = z.output<typeof segmentsSchema>['items'][number];

/** Every segment with how many people are in it. */
export async function segmentsOf({ url, apiKey }: DemoTarget): Promise<SegmentFigures[]> {
  return segmentsSchema.parse(await fetchJson(`${url}/api/segments`, apiKey)).items;
}

const keysSchema = z.object({ items: z.array(z.object({ key: z.string() })) });

/** Keys of the destinations that the service has. */
export async function destinationsOf({ url, apiKey }: DemoTarget): Promise<string[]> {
  return keysSchema.parse(await fetchJson(`${url}/api/destinations`, apiKey)).items.map(({ key }) => key);
}

const triggersSchema = z.object({
  items: z.array(z.object({ title: z.string(), runs: z.record(z.string(), z.number()) })),
});
export type TriggerFigures = z.output<typeof triggersSchema>['items'][number];

/** Every trigger with how many of its runs stand where. */
export async function triggersOf({ url, apiKey }: DemoTarget): Promise<TriggerFigures[]> {
  return triggersSchema.parse(await fetchJson(`${url}/api/triggers`, apiKey)).items;
}

/** Runs of triggers that are about to do something. */
export async function unsettledRuns(target: DemoTarget): Promise<number> {
  const triggers = await triggersOf(target);
  return triggers.reduce((sum, { runs }) => sum + (runs.planned ?? 0) + (runs.acting ?? 0), 0);
}

/** Open dead letters of the destinations, by cause. */
export async function refusalsOf({ url, apiKey }: DemoTarget): Promise<Refusal[]> {
  const { items } = causesSchema.parse(await fetchJson(`${url}/api/dead-letters/causes?kind=sync`, apiKey));
  return items.map(({ origin, ...rest }) => ({ destination: origin, ...rest }));
}

/** A counter of the service's Prometheus metrics, by its labels. */
export async function counter(url: string, name: string): Promise<{ labels: Record<string, string>; value: number }[]> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return text.split('\n').flatMap((line) => {
    const match = /^(\w+)\{([^}]*)\} (\S+)$/.exec(line);
    if (match?.[1] !== name) return [];
    const labels = Object.fromEntries(
      [...(match[2] ?? '').matchAll(/(\w+)="([^"]*)"/g)].map((pair) => [pair[1] ?? '', pair[2] ?? '']),
    );
    return [{ labels, value: Number(match[3]) }];
  });
}

/** How many of the sandbox's records have a person in them. */
export async function heldBy(origin: string): Promise<number> {
  const page = await (await fetch(`${origin}/_sandbox/views`)).json();
  const [first] = z.array(z.object({ rows: z.number() })).parse(page);
  return first?.rows ?? 0;
}
