import { beforeAll, describe, expect, it } from 'vitest';
import type { IncomingEvent } from '../../events/incoming-event.js';
import { normaliseEmail } from '../../profiles/email.js';
import { normalisePhone } from '../../profiles/phone.js';
import { platforms } from '../../sources/registry.js';
import { requestWith } from '../../sources/test-support.js';
import { UnreadableBodyError } from '../../sources/chat-platform.js';
import type { DemoPerson } from './person.js';
import { demoTraffic } from './traffic.js';
import type { DemoTraffic } from './traffic.js';
import type { TrafficRequest } from './traffic-request.js';

const options = {
  people: 320,
  sources: { manychat: { key: 'demo-manychat', secret: 's1' }, landbot: { key: 'demo-landbot', secret: 's2' } },
  startAt: new Date('2026-11-22T08:00:00Z'),
};

let traffic: DemoTraffic;
beforeAll(() => {
  traffic = demoTraffic(7, options);
});

const count = (outcome: TrafficRequest['outcome']) =>
  traffic.requests.filter((request) => request.outcome === outcome).length;

const settings = new Map(platforms.map((platform) => [platform.id, platform.settings.parse({})]));

/** What the platform itself makes of a request; it is the judge here, so nothing of the traffic is taken on trust. */
function read({ source, path, headers, body }: TrafficRequest): readonly IncomingEvent[] {
  const platform = platforms.find(({ id }) => source === `demo-${id}`)!;
  const query = Object.fromEntries(new URL(path, 'http://x.test').searchParams);
  return platform.parse(requestWith(body, { headers, query }), { key: source, settings: settings.get(platform.id) });
}

/** The last value of each attribute by the rule of the pipeline: the newest fact counts, then the later arrival. */
function replay(person: DemoPerson): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const setAt: Record<string, number> = {};
  for (const [arrival, request] of traffic.requests.entries()) {
    if (request.person !== person.number || request.outcome !== 'applied') continue;
    for (const { attributes, occurredAt } of read(request)) {
      const at = occurredAt?.getTime() ?? Date.parse('2026-11-23') + arrival;
      for (const { key, value } of attributes) {
        if ((setAt[key] ?? 0) > at) continue;
        [values[key], setAt[key]] = [value, at];
      }
    }
  }
  return values;
}

describe('demoTraffic', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(demoTraffic(7, options)).toEqual(JSON.parse(JSON.stringify(traffic)));
    expect(demoTraffic(8, options).requests).not.toEqual(traffic.requests);
  });

  it('has enough of everything', () => {
    const people = traffic.people;
    expect(people).toHaveLength(320);
    expect(new Set(people.flatMap(({ channels }) => channels)).size).toBe(5);
    expect(new Set(people.map(({ country }) => country.name)).size).toBeGreaterThan(20);
    expect(people.filter(({ channels }) => channels.length === 2).length).toBeGreaterThan(15);
    expect(traffic.requests.filter(({ note }) => note.includes('arrives late')).length).toBeGreaterThan(5);
    expect(count('applied')).toBeGreaterThan(1_300);
    expect(count('repeated')).toBeGreaterThan(30);
    expect(count('refused')).toBe(10);
  });

  it('invents people whom nothing but their own identities recognises', () => {
    const { people } = traffic;
    expect(new Set(people.map(({ email }) => email)).size).toBe(people.length);
    expect(new Set(people.map(({ phone }) => phone)).size).toBe(people.length);
    for (const { email, phone } of people) {
      expect(normaliseEmail(email)).toBe(email);
      expect(email).toMatch(/\.test$/);
      expect(normalisePhone(phone, null)).toBe(phone);
    }
  });

  it('sends what its platform can read, and refuses as announced', () => {
    for (const request of traffic.requests) {
      if (request.status === 401 || request.status === 404) continue;
      if (request.outcome === 'refused') expect(() => read(request)).toThrow(UnreadableBodyError);
      else expect(read(request).length).toBeGreaterThan(0);
    }
  });

  it('gives each source its secret, except where a bad request has none', () => {
    for (const request of traffic.requests.filter(({ outcome }) => outcome !== 'refused')) {
      const { 'x-parley-secret': header, authorization } = request.headers;
      expect(header ?? authorization).toBe(request.source === 'demo-manychat' ? 's1' : 'Token s2');
    }
  });

  it('repeats only what came before, word for word, and says nothing else twice', () => {
    const seen = new Set<string>();
    for (const request of traffic.requests.filter(({ outcome }) => outcome !== 'refused')) {
      const keys = read(request).map(({ dedupe }) => `${request.source} ${dedupe.key}`);
      for (const key of keys) expect(seen.has(key)).toBe(request.outcome === 'repeated');
      for (const key of keys) seen.add(key);
    }
  });

  it('ends with each person as they are, also when messages overtake each other', () => {
    for (const person of traffic.people) {
      expect(replay(person)).toMatchObject({
        firstName: person.firstName,
        lastName: person.lastName,
        email: person.email,
        plan: person.plan,
        budget: person.budget,
        ...(person.steps > 3
          ? { birthday: person.birthday, newsletter: person.newsletter, country: person.country.name }
          : {}),
      });
    }
  });

  it('covers every attribute that the demo maps, and keeps big ids exact', () => {
    const events = traffic.requests.filter(({ outcome }) => outcome === 'applied').flatMap(read);
    const keys = new Set(events.flatMap(({ attributes }) => attributes.map(({ key }) => key)));
    const wanted = [
      'firstName',
      'lastName',
      'email',
      'phone',
      'language',
      'country',
      'plan',
      'budget',
      'birthday',
      'lastOrderAt',
      'interests',
      'newsletter',
      'channel',
    ];
    expect(wanted.filter((key) => !keys.has(key))).toEqual([]);
    expect(new Set(events.map(({ channel }) => channel))).toEqual(
      new Set(['whatsapp', 'instagram', 'messenger', 'web', null]),
    );
    const instagramIds = events
      .flatMap(({ identities }) => identities)
      .filter(({ namespace }) => namespace.endsWith('/instagram'));
    expect(new Set(instagramIds.map(({ value }) => value.length))).toEqual(new Set([17]));
    expect(new Set(instagramIds.map(({ value }) => value)).size).toBe(
      traffic.people.filter(({ channels }) => channels.includes('instagram')).length,
    );
  });

  it('has people who agreed to e-mail, people who withdrew, and bots that talk', () => {
    const events = traffic.requests.filter(({ outcome }) => outcome === 'applied').flatMap(read);
    const statuses = events.flatMap(({ consents }) => consents.map(({ purpose, status }) => `${purpose} ${status}`));
    expect(new Set(statuses)).toEqual(new Set(['email granted', 'whatsapp granted', 'email revoked']));
    expect(events.filter(({ kind }) => kind === 'message_out').length).toBeGreaterThan(100);
    expect(events.filter(({ tagsAdded }) => tagsAdded.length > 0).length).toBeGreaterThan(30);
  });
});

it('refuses to invent more people than it has phone numbers for', () => {
  expect(() => demoTraffic(1, { ...options, people: 5_000 })).toThrow(RangeError);
  const { people } = demoTraffic(3, { ...options, people: 1_500 });
  expect(new Set(people.map(({ phone }) => phone)).size).toBe(1_500);
});
