import { badRequests } from './bad-requests.js';
import type { TrafficSources } from './bad-requests.js';
import { landbotConversation } from './landbot-conversation.js';
import { manychatConversation } from './manychat-conversation.js';
import { inventPeople } from './person.js';
import type { DemoPerson } from './person.js';
import { seededRandom } from './random.js';
import type { Random } from './random.js';
import type { TrafficRequest, Turn } from './traffic-request.js';

export interface TrafficOptions {
  readonly people: number;
  readonly sources: TrafficSources;
  /** When the first request happens; the last is some hours later, so choose it that long before now. */
  readonly startAt: Date;
}

export interface DemoTraffic {
  /** In order of arrival. Requests of one person must be sent one after the other, those of others may overlap. */
  readonly requests: readonly TrafficRequest[];
  /** Who they are in the end. */
  readonly people: readonly DemoPerson[];
}

const conversationsAtOnce = 15;
const repeatShare = 0.04;

/**
 * A day at a chatbot desk, the same for the same seed: people of many countries write on ManyChat (WhatsApp, Instagram, Messenger)
 * and Landbot (web, WhatsApp), some on both; platforms repeat deliveries, a few arrive out of order, and some are bad.
 */
export function demoTraffic(seed: number, { people: count, sources, startAt }: TrafficOptions): DemoTraffic {
  const random = seededRandom(seed);
  const people = inventPeople(random, count);
  const scripts = people.map((person) => person.channels.flatMap((channel) =>
    channel.startsWith('landbot') ? landbotConversation(sources.landbot, person, channel) : manychatConversation(random, sources.manychat, person, channel),
  )); // prettier-ignore
  const requests = play(random, scripts, startAt);
  return { requests: scatter(random, withRepeats(random, requests), badRequests(sources)), people };
}

/** Lets a handful of conversations go on at once, a few seconds between any two requests. */
function play(random: Random, scripts: readonly (readonly Turn[])[], startAt: Date): TrafficRequest[] {
  const waiting = scripts.map((turns) => [...turns]);
  const active = waiting.splice(0, conversationsAtOnce);
  const played: TrafficRequest[] = [];
  const late = new Map<number, TrafficRequest>();
  let atMs = startAt.getTime();
  while (active.length > 0) {
    const script = random.pick(active);
    const turn = script.shift();
    atMs += 200 + random.int(3_800);
    if (turn !== undefined) arrive(turn, turn.request(new Date(atMs)), script, played, late);
    if (script.length === 0) active.splice(active.indexOf(script), 1, ...waiting.splice(0, 1));
  }
  return played;
}

/** For a person whose messages overtake each other: holds one back until the next of theirs that tells its time has arrived. */
function arrive(
  { person, tellsTime }: Turn,
  request: TrafficRequest,
  rest: readonly Turn[],
  played: TrafficRequest[],
  late: Map<number, TrafficRequest>,
): void {
  const held = late.get(person.number);
  if (person.outOfOrder && held === undefined && tellsTime && rest.some((turn) => turn.tellsTime)) {
    late.set(person.number, { ...request, note: `${request.note} (arrives late)` });
    return;
  }
  played.push(request);
  if (held === undefined || !tellsTime) return;
  played.push(held);
  late.delete(person.number);
}

/** Some requests are delivered twice, byte for byte, a moment later. */
function withRepeats(random: Random, requests: readonly TrafficRequest[]): TrafficRequest[] {
  return requests.flatMap((request) => {
    if (!random.chance(repeatShare)) return [request];
    return [request, { ...request, outcome: 'repeated' as const, note: `${request.note} (delivered again)` }];
  });
}

function scatter(
  random: Random,
  requests: readonly TrafficRequest[],
  among: readonly TrafficRequest[],
): TrafficRequest[] {
  const all = [...requests];
  for (const request of among) all.splice(random.int(all.length + 1), 0, request);
  return all;
}
