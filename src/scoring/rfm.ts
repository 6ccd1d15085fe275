import { z } from 'zod';
import { durationMs, positiveDuration } from '../segments/duration.js';
import { eventSelectionSchema } from '../segments/condition.js';

const mostOftenMs = 60 * 60 * 1_000;

/** Which events are purchases, what they were worth, and how often the fifths are found anew. */
const rfmSettings = z.strictObject({
  events: eventSelectionSchema.default({ names: ['order_placed'] }),
  amount: z.string().min(1).max(200).default('amount').describe('The property that says what a purchase was worth'),
  last: positiveDuration.default({ days: 730 }).describe('Older purchases do not count'),
  every: positiveDuration
    .refine((every) => durationMs(every) >= mostOftenMs, { error: 'must be at least an hour' })
    .default({ hours: 24 })
    .describe('How often everybody is put into fifths anew'),
});
export type RfmDefinition = z.output<typeof rfmSettings>;

/** Recency, frequency and money, as a score's definition. It becomes four attributes, see `rfmKeys`. */
export const rfmSchema = z.strictObject({ version: z.literal(1), rfm: rfmSettings.prefault({}) });

export const rfmWindowMs = ({ last }: RfmDefinition): number => durationMs(last);
export const rfmEveryMs = ({ every }: RfmDefinition): number => durationMs(every);

/** The attributes of an RFM score: three numbers from 1 to 5, and the name that follows from them. */
export const rfmKeys = (score: string) => ({
  recency: `${score}Recency`,
  frequency: `${score}Frequency`,
  monetary: `${score}Monetary`,
  segment: `${score}Segment`,
});
export type RfmKeys = ReturnType<typeof rfmKeys>;

/** What is known of one customer: purchases within the time that counts. */
export interface RfmFacts {
  readonly lastAtMs: number;
  readonly purchases: number;
  readonly spent: number;
}

/** The four values between the five fifths of all customers, in ascending order. */
export type Breakpoints = readonly [number, number, number, number];
export interface RfmBreakpoints {
  readonly recency: Breakpoints;
  readonly frequency: Breakpoints;
  readonly monetary: Breakpoints;
}

export type Quintile = 1 | 2 | 3 | 4 | 5;
const isQuintile = (value: unknown): value is Quintile =>
  value === 1 || value === 2 || value === 3 || value === 4 || value === 5;

/** As a clock event carries it. @throws Error: it carries something else */
export function rfmOfProperties({ recency, frequency, monetary }: Readonly<Record<string, unknown>>): Rfm {
  if (!isQuintile(recency) || !isQuintile(frequency) || !isQuintile(monetary))
    throw new Error('an RFM event must carry three fifths');
  return { recency, frequency, monetary, segment: rfmSegment(recency, frequency, monetary) };
}

export interface Rfm {
  /** 5: bought most lately. */
  readonly recency: Quintile;
  /** 5: bought most often. */
  readonly frequency: Quintile;
  /** 5: spent most. */
  readonly monetary: Quintile;
  readonly segment: RfmSegment;
}

/** One more for each breakpoint that a value lies above, so that equal values are always in the same fifth. */
export function quintile(value: number, breakpoints: Breakpoints): Quintile {
  const [first, second, third, fourth] = breakpoints;
  if (value > fourth) return 5;
  if (value > third) return 4;
  if (value > second) return 3;
  return value > first ? 2 : 1;
}

export function rfmOf({ lastAtMs, purchases, spent }: RfmFacts, breakpoints: RfmBreakpoints): Rfm {
  const recency = quintile(lastAtMs, breakpoints.recency);
  const frequency = quintile(purchases, breakpoints.frequency);
  const monetary = quintile(spent, breakpoints.monetary);
  return { recency, frequency, monetary, segment: rfmSegment(recency, frequency, monetary) };
}

/** The eleven names that the trade uses. */
export const rfmSegments = [
  'Champions',
  'Loyal Customers',
  'Potential Loyalists',
  'New Customers',
  'Promising',
  'Need Attention',
  'About To Sleep',
  'At Risk',
  "Can't Lose Them",
  'Hibernating',
  'Lost',
] as const;
export type RfmSegment = (typeof rfmSegments)[number];

type Row = readonly [RfmSegment, RfmSegment, RfmSegment, RfmSegment, RfmSegment];

/** By recency, and in it by the mean of frequency and money from 1 to 5. The definitions in use overlap; here each customer is in one. */
const table = {
  5: ['New Customers', 'Potential Loyalists', 'Potential Loyalists', 'Champions', 'Champions'],
  4: ['Promising', 'Potential Loyalists', 'Potential Loyalists', 'Loyal Customers', 'Champions'],
  3: ['About To Sleep', 'About To Sleep', 'Need Attention', 'Loyal Customers', 'Loyal Customers'],
  2: ['Hibernating', 'Hibernating', 'At Risk', 'At Risk', "Can't Lose Them"],
  1: ['Lost', 'Lost', 'At Risk', "Can't Lose Them", "Can't Lose Them"],
} as const satisfies Record<Quintile, Row>;

/** Halves of a mean count up: who is in 1 and 2 is in 2. */
export function rfmSegment(recency: Quintile, frequency: Quintile, monetary: Quintile): RfmSegment {
  return table[recency][Math.round((frequency + monetary) / 2) - 1] ?? 'Lost';
}
