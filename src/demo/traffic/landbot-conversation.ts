import type { DemoChannel, DemoPerson } from './person.js';
import type { TrafficRequest, TrafficSource, Turn } from './traffic-request.js';

type Fields = Readonly<Record<string, unknown>>;

interface Step {
  readonly question: string;
  readonly answer: (person: DemoPerson) => string;
  readonly note: string;
  readonly learns: (person: DemoPerson, at: Date) => Fields;
}

const steps: readonly Step[] = [
  {
    question: 'Welcome! How can I help?',
    answer: ({ country }) => country.hello,
    note: 'says hello',
    learns: () => ({}),
  },
  {
    question: 'Your name and e-mail, please?',
    answer: ({ email }) => email,
    note: 'leaves name and e-mail address',
    learns: (person) => ({
      name: `${person.firstName} ${person.lastName}`,
      first_name: person.firstName,
      last_name: person.lastName,
      email: person.email,
      ...(person.emailConsent === 'unknown' ? {} : { consent_email: true }),
    }),
  },
  {
    question: 'Which plan?',
    answer: ({ firstPlan }) => firstPlan,
    note: 'chooses a plan',
    learns: ({ firstPlan, budget }) => ({ plan: firstPlan, budget }),
  },
  {
    question: 'Tell me a little about yourself',
    answer: ({ interests }) => interests.join(' & '),
    note: 'talks about themselves',
    learns: ({ birthday, interests, newsletter, country }) => ({
      birthday,
      interests: pythonList(interests),
      newsletter,
      language: country.language,
    }),
  },
  {
    question: 'Shall I place the order?',
    answer: () => 'Yes 🛒',
    note: 'places an order',
    learns: (_person, at) => ({ last_order_at: at.toISOString() }),
  },
  {
    question: 'Anything else?',
    answer: ({ plan }) => `change to ${plan}`,
    note: 'changes the plan',
    learns: ({ plan }) => ({ plan }),
  },
];

/** A person's conversation with a Landbot: the bot's question and the answer arrive as one request each; tags by the Webhook block. */
export function landbotConversation(source: TrafficSource, person: DemoPerson, channel: DemoChannel): Turn[] {
  let known: Fields = customerAtFirst(person, channel);
  const turns = steps.slice(0, person.steps).flatMap((step, index): Turn[] => {
    const ask = (at: Date) =>
      post(
        source,
        person,
        `the bot asks ${person.firstName}`,
        message(person, channel, known, step.question, 'bot', index, at),
      );
    const answer = (at: Date) => {
      known = { ...known, ...step.learns(person, at), ...(isLast(person, index) ? withdrawal(person) : {}) };
      const note = `${person.firstName} ${step.note} on ${channel}`;
      return post(source, person, note, message(person, channel, known, step.answer(person), 'customer', index, at));
    };
    return [
      { person, request: ask, tellsTime: false },
      { person, request: answer, tellsTime: true },
    ];
  });
  return person.tags.length === 0 ? turns : [...turns, tagsTurn(source, person, channel)];
}

const isLast = (person: DemoPerson, index: number) => index === person.steps - 1;

function withdrawal({ emailConsent }: DemoPerson): Fields {
  return emailConsent === 'revoked' ? { consent_email: 'revoked' } : {};
}

/** A Webhook block near the end of the flow, whose body its author typed. */
function tagsTurn(source: TrafficSource, person: DemoPerson, channel: DemoChannel): Turn {
  const request = () =>
    post(source, person, `a Webhook block tags ${person.firstName}`, {
      customer_id: customerId(person),
      event: 'lead_qualified',
      channel: channel === 'landbot-whatsapp' ? 'whatsapp' : 'web',
      email: person.email,
      tags: person.tags.join(', '),
      company: '@company',
    });
  return { person, request, tellsTime: false };
}

function post(source: TrafficSource, person: DemoPerson, note: string, body: unknown): TrafficRequest {
  return {
    source: source.key,
    path: `/hooks/${source.key}`,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'landbot/webhooks',
      authorization: `Token ${source.secret}`,
    },
    body: JSON.stringify(body),
    note,
    outcome: 'applied',
    status: 200,
    person: person.number,
  };
}

const customerId = ({ number }: DemoPerson) => 460_000_000 + number;

function customerAtFirst(person: DemoPerson, channel: DemoChannel): Fields {
  const id = customerId(person);
  const base = { id, agent_id: null, archived: false, is_external: 'False' };
  if (channel === 'landbot-whatsapp')
    return { ...base, name: person.firstName, phone: person.phone.slice(1), country: person.country.name };
  return {
    ...base,
    name: `Visitor #${id}`,
    country: person.country.name,
    webchat_type: 'Native',
    url: 'https://shop.test/plans',
  };
}

function message(
  person: DemoPerson,
  channel: DemoChannel,
  customer: Fields,
  text: string,
  from: 'bot' | 'customer',
  index: number,
  at: Date,
) {
  const isWeb = channel === 'landbot-web';
  const sender =
    from === 'bot'
      ? { id: 77, name: 'Shop bot', type: 'bot' }
      : { id: customerId(person), name: customer.name, type: 'customer' };
  const seconds = isWeb || from === 'bot' ? at.getTime() / 1_000 : Math.floor(at.getTime() / 1_000);
  const raw = {
    uuid: messageId(person, index, from),
    chat: 460_900_000 + person.number,
    author_type: from === 'bot' ? 'bot' : 'user',
    seq: null,
    read: true,
  };
  return {
    messages: [
      {
        type: 'text',
        timestamp: seconds,
        data: { body: text },
        sender,
        customer,
        channel: isWeb
          ? { id: 2_940_009, name: 'Web', type: 'landbot' }
          : { id: 2_940_010, name: 'WhatsApp', type: 'whatsapp' },
        _raw: { ...raw, ...(from === 'bot' ? { samurai: -77 } : {}), type: 'text', message: text },
      },
    ],
  };
}

function messageId({ number }: DemoPerson, index: number, from: 'bot' | 'customer'): string {
  const tail = `${from === 'bot' ? 'b' : 'c'}${index}${String(number).padStart(10, '0')}`;
  return `00000000-0000-4000-8000-${tail}`;
}

/** Landbot hands a list on in Python's notation. */
function pythonList(values: readonly string[]): string {
  return `[${values.map((value) => (value.includes("'") ? `"${value}"` : `'${value}'`)).join(', ')}]`;
}
