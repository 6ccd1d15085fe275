import { countries } from './countries.js';
import type { Country } from './countries.js';
import type { Random } from './random.js';

export type DemoChannel = 'whatsapp' | 'instagram' | 'messenger' | 'landbot-web' | 'landbot-whatsapp';
export type Plan = 'free' | 'pro' | 'team';

/** An invented person, as they are at the end of all their conversations. */
export interface DemoPerson {
  readonly number: number;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  /** E.164. */
  readonly phone: string;
  readonly country: Country;
  readonly town: string;
  /** Where they write; the first is where they turned up. */
  readonly channels: readonly DemoChannel[];
  readonly firstPlan: Plan;
  readonly plan: Plan;
  readonly budget: number;
  /** `YYYY-MM-DD`. */
  readonly birthday: string;
  readonly interests: readonly string[];
  readonly newsletter: boolean;
  readonly tags: readonly string[];
  readonly emailConsent: 'granted' | 'revoked' | 'unknown';
  /** How far they got: 3 to 6 of the conversation's steps. */
  readonly steps: number;
  /** Two of their messages arrive in the wrong order. */
  readonly outOfOrder: boolean;
}

const plans: readonly Plan[] = ['free', 'pro', 'team'];
const topics = ['travel', 'food', 'running', 'gardening', 'jazz', 'chess', 'film', "children's books"];
const labels = ['vip', 'webinar 2026', 'referral', 'beta tester', 'autumn sale'];
const mailHosts = ['mail.test', 'post.test', 'inbox.test', 'correo.test', 'firma.test'];
const firstChannels: readonly DemoChannel[] = [
  'whatsapp',
  'whatsapp',
  'instagram',
  'messenger',
  'landbot-web',
  'landbot-whatsapp',
];

/** More would use up the numbers that some countries set aside, and make one person of two. */
const mostPeople = 1_500;

/** @throws RangeError for more people than there are phone numbers to invent */
export function inventPeople(random: Random, count: number): DemoPerson[] {
  if (count > mostPeople) throw new RangeError(`at most ${mostPeople} people can be invented`);
  const soFar = new Map<Country, number>();
  return Array.from({ length: count }, (_, number) => {
    const country = random.pick(countries);
    const compatriots = soFar.get(country) ?? 0;
    soFar.set(country, compatriots + 1);
    return inventPerson(random, number, country, compatriots);
  });
}

function inventPerson(random: Random, number: number, country: Country, compatriots: number): DemoPerson {
  const [firstName, firstLatin] = spelled(random.pick(country.firstNames));
  const [lastName, lastLatin] = spelled(random.pick(country.lastNames));
  const channel = random.pick(firstChannels);
  const steps = 3 + random.int(4);
  const plan = random.pick(plans);
  return {
    number,
    firstName,
    lastName,
    email: `${firstLatin}.${lastLatin}${number}@${random.pick(mailHosts)}`,
    phone: phoneOf(country, compatriots),
    country,
    town: random.pick(country.towns),
    channels: random.chance(0.12) ? [channel, elsewhere(channel)] : [channel],
    firstPlan: steps === 6 ? random.pick(plans.filter((other) => other !== plan)) : plan,
    plan,
    budget: random.chance(0.05) ? 0 : 50 * (1 + random.int(60)),
    birthday: birthday(random),
    interests: random.some(topics, 1 + random.int(3)),
    newsletter: random.chance(0.6),
    tags: random.chance(0.35) ? random.some(labels, 1 + random.int(2)) : [],
    emailConsent: random.chance(0.75) ? (random.chance(0.05) ? 'revoked' : 'granted') : 'unknown',
    steps,
    outOfOrder: random.chance(0.06),
  };
}

/** On the other platform, where the e-mail address is what the two have in common. */
function elsewhere(channel: DemoChannel): DemoChannel {
  return channel.startsWith('landbot') ? 'instagram' : 'landbot-web';
}

function spelled(name: string): [native: string, latin: string] {
  const [native = '', latin = native] = name.split('/');
  const ascii = latin.normalize('NFD').toLowerCase().replace(/ı/g, 'i').replace(/[łŁ]/g, 'l').replace(/[đð]/g, 'd').replace(/þ/g, 'th').replace(/æ/g, 'ae').replace(/ß/g, 'ss').replace(/[^a-z.]/g, ''); // prettier-ignore
  return [native, ascii];
}

function birthday(random: Random): string {
  const [month, day] = random.chance(0.02) ? [2, 29] : [1 + random.int(12), 1 + random.int(28)];
  const year = month === 2 && day === 29 ? 1960 + 4 * random.int(11) : 1950 + random.int(55);
  return [year, month, day].map((part) => String(part).padStart(2, '0')).join('-');
}

/** Different for each person of a country. */
function phoneOf({ phone }: Country, compatriots: number): string {
  return phone.replace(/#+/, (free) => String(compatriots).padStart(free.length, '0'));
}
