import fc from 'fast-check';
import type { Consents } from '../consent/consent.js';
import type { AttributeValue } from '../profiles/attribute.js';
import { type Rule, ruleSchema } from './rule.js';
import { hourMs, type TestEvent, type TestPerson } from './test-support.js';

/** Around changes of the clocks, leap days and ends of years, where days are not what they seem. */
const delicateMoments = [
  '2026-03-29T01:00:00Z',
  '2026-10-25T01:00:00Z',
  '2026-11-01T06:00:00Z',
  '2024-02-29T12:00:00Z',
  '2025-02-28T23:00:00Z',
  '2025-12-31T22:30:00Z',
  '2026-04-04T15:00:00Z',
].map((text) => Date.parse(text));

/** Multiples of half an hour, so that ends of windows are met exactly; now and then a millisecond off. */
const moment: fc.Arbitrary<number> = fc
  .tuple(fc.constantFrom(...delicateMoments), fc.integer({ min: -120, max: 120 }), fc.constantFrom(0, 0, 0, 1, -1))
  .map(([base, halfHours, off]) => base + (halfHours * hourMs) / 2 + off);

const zones = [
  'UTC',
  'Europe/Madrid',
  'America/New_York',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'UTC-07',
  'Asia/Kolkata',
];
const timeZone = fc.constantFrom(...zones);

const words = ['pro', 'free', 'Pro', 'ÉCOLE école', 'a%b_c', 'x\\y', '', 'Straße', '😀b', 'ab', 'Öko*'];
const word = fc.constantFrom(...words);
const wanted = fc.constantFrom(...words.filter((each) => each !== ''), 'P', 'é', '?', '*b', 'a*c', '😀?', '_', '%');
const number = fc.constantFrom(0, 1, -1, 18, 18.5, 0.1, 1e21, 1e-7);
const dateNear = moment.map((atMs) => new Date(atMs).toISOString().slice(0, 10));
const date = fc.oneof(dateNear, fc.constantFrom('2000-02-29', '1990-11-01', '0001-01-01', '9999-12-31', '1988-03-29'));
const instant = fc.oneof(
  moment.map((atMs) => new Date(atMs).toISOString()),
  fc.constantFrom('0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'),
);
const likes = fc.constantFrom('tea', 'rye', 'go');
const list = fc.uniqueArray(likes, { maxLength: 3 });

const valueOf: Readonly<Record<string, fc.Arbitrary<AttributeValue>>> = {
  plan: word,
  city: word,
  constructor: word,
  age: number,
  vip: fc.boolean(),
  born: date,
  due: date,
  seen: instant,
  likes: list,
  zone: fc.constantFrom(...zones, 'Nowhere/Land', 'UTC±00'),
  extra: fc.oneof(word, number, fc.boolean(), date, instant, list),
};

const near = (now: number): fc.Arbitrary<string> =>
  fc.integer({ min: -240, max: 240 }).map((halfHours) => new Date(now + (halfHours * hourMs) / 2).toISOString());

/** @param now days and moments that are compared with the present one are near it */
const attributes = (now: number): fc.Arbitrary<Record<string, AttributeValue>> =>
  fc
    .tuple(
      fc.record(
        {
          ...valueOf,
          due: near(now).chain((text) => fc.constantFrom(text, text.slice(0, 10))),
          seen: fc.oneof(near(now), instant),
        },
        { requiredKeys: ['due', 'seen'] },
      ),
      // What no declaration guards against: a value of another type.
      fc.option(fc.tuple(fc.constantFrom(...Object.keys(valueOf)), fc.oneof(word, number, fc.boolean(), list)), {
        freq: 5,
      }),
    )
    .map(([typed, odd]) => Object.fromEntries(odd === null ? Object.entries(typed) : [...Object.entries(typed), odd]));

const consents: fc.Arbitrary<Consents> = fc
  .record({ email: fc.constantFrom('granted', 'revoked'), sms: fc.constantFrom('granted', 'unknown') } as const, {
    requiredKeys: [],
  })
  .map((statuses) =>
    Object.fromEntries(
      Object.entries(statuses).map(([purpose, status]) => [
        purpose,
        { status, at: '2026-01-01T00:00:00.000Z', source: 'bot', event: 'e' },
      ]),
    ),
  );

const event = (now: number): fc.Arbitrary<TestEvent> =>
  fc.record({
    id: fc.uuid({ version: 7 }),
    kind: fc.constantFrom('message_in', 'business_event', 'business_event', 'clock', 'test', 'crm_activity'),
    name: fc.constantFrom('viewed', 'order', 'order', 'message'),
    channel: fc.constantFrom('whatsapp', 'web', null),
    source: fc.constantFrom('bot', 'shop'),
    occurredAtMs: fc.integer({ min: -20, max: 200 }).map((halfHours) => now - (halfHours * hourMs) / 2),
    properties: fc.record({ amount: fc.oneof(number, word), item: word, ok: fc.boolean() }, { requiredKeys: [] }),
  });

/** Somebody with events around a moment; some lie after it. */
const person = (now: number): fc.Arbitrary<TestPerson> =>
  fc.record({
    profile: fc.record({
      id: fc.uuid({ version: 7 }),
      attributes: attributes(now),
      tags: fc.uniqueArray(fc.constantFrom('vip', 'lead', 'old', 'a"b'), { maxLength: 3 }),
      consents,
      segments: fc.dictionary(
        fc.constantFrom('hot', 'toString', 'base'),
        fc.integer({ min: 0, max: 200 }).map((halfHours) => now - (halfHours * hourMs) / 2),
        { maxKeys: 2 },
      ),
      createdAt: moment.map((atMs) => new Date(atMs)),
      lastEventAt: moment.map((atMs) => new Date(atMs)),
    }),
    events: fc.array(event(now), { maxLength: 8 }),
  });

const duration = fc.oneof(
  fc.record({ hours: fc.integer({ min: 1, max: 100 }) }),
  fc.record({ days: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ minutes: fc.constantFrom(30, 90) }),
);
const oneToThree = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: 1, maxLength: 3 });
const presence = fc.record({ operator: fc.constantFrom('known', 'unknown') });
const equality = (value: fc.Arbitrary<string | number | boolean>) =>
  fc.record({ operator: fc.constantFrom('equals', 'notEquals'), value });
const choice = (value: fc.Arbitrary<string | number>) =>
  fc.record({ operator: fc.constantFrom('oneOf', 'notOneOf'), value: oneToThree(value) });
const textual = fc.record({
  operator: fc.constantFrom('contains', 'notContains', 'startsWith', 'endsWith', 'matches', 'notMatches'),
  value: wanted,
});
const size = fc.oneof(
  fc.record({ operator: fc.constantFrom('greaterThan', 'atLeast', 'lessThan', 'atMost'), value: number }),
  fc.record({
    operator: fc.constant('between'),
    value: fc.tuple(number, number).map(([one, other]) => [Math.min(one, other), Math.max(one, other)]),
  }),
);
const ordered = (value: fc.Arbitrary<string>) =>
  fc.oneof(
    fc.record({ operator: fc.constantFrom('before', 'onOrBefore', 'after', 'onOrAfter'), value }),
    fc.record({ operator: fc.constant('between'), value: fc.tuple(value, value).map((both) => both.sort()) }),
  );
const relative = fc.record({
  operator: fc.constantFrom('inNext', 'inLast', 'moreThanAgo', 'moreThanAhead'),
  value: fc.oneof(duration, fc.constantFrom({ days: 0 }, { hours: 0 })),
});
const inTime = fc.oneof(ordered(date), ordered(instant), relative, relative);
const birthday = fc.record({
  operator: fc.constant('birthday'),
  value: fc.record({ inNextDays: fc.constantFrom(0, 1, 7, 364, 365) }),
});
const chosen = wanted.filter((each) => each !== '');
const comparison: Readonly<Record<string, fc.Arbitrary<object>>> = {
  plan: fc.oneof(presence, equality(chosen), choice(chosen)),
  city: fc.oneof(textual, textual, presence),
  constructor: fc.oneof(presence, equality(chosen)),
  age: fc.oneof(presence, equality(number), choice(number), size, size),
  vip: fc.oneof(presence, equality(fc.boolean())),
  born: fc.oneof(birthday, birthday, equality(date), inTime),
  due: fc.oneof(inTime, relative),
  seen: fc.oneof(inTime, relative),
  likes: fc.record({ operator: fc.constantFrom('anyOf', 'allOf', 'noneOf'), value: oneToThree(likes) }),
  extra: fc.oneof(presence, equality(fc.oneof(chosen, number)), textual, size, inTime, birthday),
};
const attributeCondition = fc
  .constantFrom(...Object.keys(comparison))
  .chain((attribute) => (comparison[attribute] ?? presence).map((compared) => ({ attribute, ...compared })));

const filter = fc.oneof(
  fc.oneof(size, presence).map((compared) => ({ property: 'amount', ...compared })),
  fc.oneof(textual, presence, equality(chosen), choice(chosen)).map((compared) => ({ property: 'item', ...compared })),
  equality(fc.boolean()).map((compared) => ({ property: 'ok', ...compared })),
);
const selection = fc.record(
  {
    names: oneToThree(fc.constantFrom('viewed', 'order', 'message')),
    kinds: oneToThree(fc.constantFrom('message_in', 'business_event', 'clock')),
    channels: fc.constant(['whatsapp']),
    sources: fc.constant(['bot']),
    where: fc.array(filter, { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const counts = fc.oneof(
  fc.record({
    operator: fc.constantFrom('equals', 'notEquals', 'greaterThan', 'atLeast', 'lessThan', 'atMost'),
    value: fc.constantFrom(0, 1, 2, 3, 1.5, -1),
  }),
  fc.constant({ operator: 'between', value: [1, 2] }),
);
const amounts = fc.oneof(size, equality(number));
const last = duration.map((reach) => ({ last: reach }));
const since = fc.oneof(date, instant).map((from) => ({ since: from }));
const joined = (...parts: fc.Arbitrary<object>[]): fc.Arbitrary<object> =>
  fc.tuple(...parts).map((all) => Object.assign({}, ...all) as object);
const optional = (name: string, value: fc.Arbitrary<object>): fc.Arbitrary<object> =>
  fc.option(value).map((chosenValue) => (chosenValue === null ? {} : { [name]: chosenValue }));
const events = selection.map((selected) => ({ events: selected }));
const eventCondition = fc.oneof(
  joined(events, optional('within', fc.oneof(last, since)), fc.constant({ measure: 'count' }), counts),
  joined(
    events,
    optional('within', fc.oneof(last, since)),
    fc.record({
      measure: fc.constantFrom('sum', 'min', 'max', 'average'),
      property: fc.constantFrom('amount', 'none'),
    }),
    amounts,
  ),
  joined(events, optional('within', since), fc.record({ measure: fc.constantFrom('first', 'last') }), inTime),
);
const sequenceCondition = joined(
  events,
  selection.map((selected) => ({ sequence: selected })),
  optional('within', last),
  fc.record({ then: fc.constantFrom('did', 'didNot', 'stillNot'), after: duration }),
);
const touchpoint = {
  operator: fc.constantFrom('anyOf', 'noneOf'),
  value: fc.constantFrom(['whatsapp'], ['web', 'bot']),
};

/** What time alone can change. */
const timedCondition: fc.Arbitrary<object> = fc.oneof(
  joined(fc.record({ attribute: fc.constantFrom('due', 'seen') }), relative),
  joined(fc.constant({ attribute: 'born' }), birthday),
  joined(events, fc.record({ within: last, measure: fc.constant('count') }), counts),
  joined(events, fc.record({ measure: fc.constantFrom('first', 'last') }), relative),
  joined(sequenceCondition, fc.record({ within: last })),
  joined(
    fc.record({ segment: fc.constantFrom('hot', 'toString') }),
    fc.record({ operator: fc.constant('in'), forAtLeast: duration }),
  ),
);

const condition: fc.Arbitrary<object> = fc.oneof(
  { weight: 6, arbitrary: attributeCondition },
  { weight: 12, arbitrary: timedCondition },
  { weight: 4, arbitrary: eventCondition },
  { weight: 2, arbitrary: sequenceCondition },
  joined(fc.record({ profile: fc.constantFrom('createdAt', 'lastEventAt') }), inTime),
  fc.record({
    tags: fc.constantFrom('anyOf', 'allOf', 'noneOf'),
    value: oneToThree(fc.constantFrom('vip', 'lead', 'a"b')),
  }),
  fc.record({
    consent: fc.constantFrom('email', 'sms', 'whatsapp'),
    operator: fc.constantFrom('is', 'isNot'),
    value: fc.constantFrom('granted', 'revoked', 'unknown'),
  }),
  joined(
    fc.record({ segment: fc.constantFrom('hot', 'toString', 'other') }),
    fc.oneof(
      fc.constant({ operator: 'notIn' }),
      joined(fc.constant({ operator: 'in' }), optional('forAtLeast', duration)),
    ),
  ),
  fc.record({ channel: fc.constantFrom('last', 'ever'), ...touchpoint }),
  fc.record({ source: fc.constantFrom('last', 'ever'), ...touchpoint }),
  fc.record({
    percentile: fc.constantFrom('top', 'bottom'),
    percent: fc.constantFrom(5, 50),
    attribute: fc.constant('age'),
  }),
  fc.record({ random: fc.constantFrom(0, 30, 50, 100), salt: fc.constantFrom('a', 'b') }),
);

const { group } = fc.letrec<{ group: object; node: object }>((tie) => ({
  node: fc.oneof({ depthSize: 'small', withCrossShrink: true }, condition, tie('group')),
  group: fc
    .tuple(fc.constantFrom('all', 'any', 'none'), fc.array(tie('node'), { maxLength: 3 }))
    .map(([kind, parts]) => ({ [kind]: parts })),
}));

/** Any rule, in its JSON form. */
export const ruleJson: fc.Arbitrary<object> = joined(
  fc.constant({ version: 1 }),
  fc.constantFrom({}, {}, {}, { timeZone: { attribute: 'zone', otherwise: 'Europe/Madrid' } }),
  fc.oneof(
    condition.map((only) => ({ all: [only] })),
    group,
  ),
);
export const anyRule: fc.Arbitrary<Rule> = ruleJson.map((json) => ruleSchema.parse(json));

/** Some rules and people at one moment in one zone. */
export const world = (rules: number, people: number) =>
  fc.tuple(moment, timeZone).chain(([nowMs, zone]) =>
    fc.record({
      nowMs: fc.constant(nowMs),
      zone: fc.constant(zone),
      rules: fc.array(anyRule, { minLength: rules, maxLength: rules }),
      people: fc.uniqueArray(person(nowMs), {
        minLength: people,
        maxLength: people,
        selector: ({ profile }) => profile.id,
      }),
    }),
  );
