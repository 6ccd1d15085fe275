import type { DemoChannel, DemoPerson } from './person.js';
import type { Random } from './random.js';
import type { TrafficRequest, TrafficSource, Turn } from './traffic-request.js';

type Fields = Readonly<Record<string, unknown>>;

/** What a step of the flow has just learnt; each keeps what the earlier ones found out. */
interface Step {
  readonly text: (person: DemoPerson) => string;
  readonly note: string;
  readonly event?: string;
  readonly learns: (person: DemoPerson, at: Date) => Fields;
}

const steps: readonly Step[] = [
  { text: ({ country }) => country.hello, note: 'says hello', learns: () => ({}) },
  { text: ({ email }) => email, note: 'leaves an e-mail address', learns: ({ email }) => ({ Email: email }) },
  {
    text: ({ firstPlan }) => `I'd like the "${firstPlan}" plan`,
    note: 'chooses a plan',
    event: 'plan_chosen',
    learns: ({ firstPlan, budget }) => ({ Plan: firstPlan, Budget: budget }),
  },
  {
    text: ({ interests }) => interests.join('\n'),
    note: 'talks about themselves',
    learns: ({ birthday, interests, newsletter, country }) => ({
      Birthday: birthday,
      Interests: interests.join(', '),
      Newsletter: newsletter,
      Country: country.name,
      Language: country.language,
    }),
  },
  {
    text: () => '✅ Pay now',
    note: 'places an order',
    event: 'Order placed',
    learns: (_person, at) => ({ 'Last order at': withOffset(at) }),
  },
  {
    text: ({ plan }) => `change to ${plan}`,
    note: 'changes the plan',
    event: 'plan_changed',
    learns: ({ plan }) => ({ Plan: plan }),
  },
];

/** A person's way through a ManyChat flow: each step sends what ManyChat knows by then, in one of the usual body styles. */
export function manychatConversation(
  random: Random,
  source: TrafficSource,
  person: DemoPerson,
  channel: DemoChannel,
): Turn[] {
  let known: Fields = {};
  return steps.slice(0, person.steps).map((step, index) => {
    const style = styleOf(random, person, channel, step, index);
    const request = (at: Date): TrafficRequest => {
      known = { ...known, ...step.learns(person, at) };
      const contact = contactData(person, channel, known, index, step.text(person));
      return {
        source: source.key,
        path: `/hooks/${source.key}${style === 'named by the address' ? `?event=${step.event ?? 'contact'}` : ''}`,
        headers: { 'content-type': 'application/json', 'user-agent': 'ManyChat', 'x-parley-secret': source.secret },
        body: exactIds(JSON.stringify(bodies[style]({ person, channel, step, index, contact, at }))),
        note: `${person.firstName} ${step.note} on ${channel}`,
        outcome: 'applied',
        status: 200,
        person: person.number,
      };
    };
    return { person, request, tellsTime: person.outOfOrder };
  });
}

type Style = 'contact alone' | 'wrapped' | 'named by the address' | 'by hand';

interface Said {
  readonly person: DemoPerson;
  readonly channel: DemoChannel;
  readonly step: Step;
  readonly index: number;
  readonly contact: Fields;
  readonly at: Date;
}

function styleOf(random: Random, person: DemoPerson, channel: DemoChannel, step: Step, index: number): Style {
  const mustSayMore = person.outOfOrder || (isLast(person, index) && person.emailConsent === 'revoked');
  if (mustSayMore || step.event === 'Order placed') return 'wrapped';
  if (step.event === 'plan_chosen' && person.tags.length > 0) return 'wrapped';
  if (step.event !== undefined) return random.chance(0.5) ? 'wrapped' : 'named by the address';
  if (channel === 'instagram' && index === 0) return 'by hand';
  return random.chance(0.25) ? 'wrapped' : 'contact alone';
}

const bodies = {
  'contact alone': ({ contact }) => contact,
  'named by the address': ({ contact }) => contact,
  wrapped: (said) => ({ data: said.contact, ...beside(said) }),
  'by hand': ({ person, step, contact }) => ({
    contact_id: contact.id,
    first_name: person.firstName,
    last_name: person.lastName,
    last_text_input: step.text(person),
    channel: 'instagram',
    email: '{{email}}',
  }),
} as const satisfies Record<Style, (said: Said) => Fields>;

const isLast = (person: DemoPerson, index: number) => index === person.steps - 1;

/** What the flow's author put beside the contact. */
function beside({ person, step, index, at }: Said): Fields {
  return {
    ...(step.event === undefined ? {} : { event: step.event }),
    ...(step.event === 'Order placed' ? { event_id: `order-${person.number}` } : {}),
    ...(step.event === 'plan_chosen' && person.tags.length > 0 ? { tags: person.tags } : {}),
    ...(isLast(person, index) && person.emailConsent === 'revoked' ? { consent_email: 'revoked' } : {}),
    // A flow that tells the time tells it at every step, or its facts could not be put in order.
    ...(person.outOfOrder ? { occurred_at: at.toISOString() } : {}),
  };
}

/** Full Contact Data: every field is there, null when ManyChat does not know it. */
function contactData(person: DemoPerson, channel: DemoChannel, known: Fields, index: number, said: string): Fields {
  const id = contactId(person, channel);
  const isMessenger = channel === 'messenger';
  const { Email: email = null, ...others } = known;
  const consents =
    email !== null &&
    person.emailConsent !== 'unknown' &&
    !(person.emailConsent === 'revoked' && isLast(person, index));
  return {
    key: `user:${id}`,
    id,
    page_id: '102000000000017',
    user_refs: [],
    status: 'active',
    first_name: person.firstName,
    last_name: channel === 'whatsapp' && index === 0 ? '' : person.lastName,
    name: `${person.firstName} ${person.lastName}`,
    gender: null,
    profile_pic: `https://cdn.test/${id}.jpg?expires=${index}`,
    locale: isMessenger ? person.country.locale : null,
    language: isMessenger ? person.country.language : null,
    timezone: person.country.timezone,
    live_chat_url: `https://app.manychat.test/fb17/chat/${id}`,
    last_input_text: said,
    optin_phone: false,
    optin_email: consents,
    optin_whatsapp: channel === 'whatsapp',
    phone: null,
    email: isMessenger ? email : null,
    whatsapp_phone: channel === 'whatsapp' ? person.phone.slice(person.number % 2) : null,
    phone_country_code: null,
    subscribed: '2026-03-02T09:10:11-06:00',
    last_interaction: isMessenger ? `2026-11-22T08:0${index}:00+00:00` : null,
    last_seen: null,
    ig_last_interaction: null,
    ig_last_seen: null,
    is_followup_enabled: true,
    ig_username: channel === 'instagram' ? `demo.person.${person.number}` : null,
    ig_id: channel === 'instagram' ? bigNumber(`178414000000${String(person.number).padStart(5, '0')}`) : null,
    whatsapp_bsuid: null,
    last_growth_tool: null,
    custom_fields: { ...emptyFields, ...(isMessenger ? {} : { Email: email }), ...others },
  };
}

const emptyFields: Fields = {
  Email: null, Plan: null, Budget: null, Birthday: null, Interests: null, Newsletter: null, Country: null, Language: null, 'Last order at': null,
}; // prettier-ignore

/** Messenger's ids have 17 digits and more than a JavaScript number can hold; the others about ten. */
function contactId({ number }: DemoPerson, channel: DemoChannel): string {
  return channel === 'messenger' ? `7${String(123_456_789_000_000 + number * 7_919)}9` : String(1_600_000_000 + number);
}

/** An id that the wire carries as a bare number, although no JavaScript number can. */
const bigNumber = (digits: string) => `#${digits}#`;
const exactIds = (json: string) => json.replace(/"#(\d+)#"/g, '$1');

/** ManyChat writes a date field with a distance to UTC. */
function withOffset(at: Date): string {
  return new Date(at.getTime() + 3_600_000).toISOString().replace(/\.\d+Z$/, '+01:00');
}
