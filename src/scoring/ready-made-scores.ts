import { rfmSchema } from './rfm.js';
import { scoreSchema } from './score.js';
import type { AnyScoreDefinition } from './score-input.js';

export interface ReadyMadeScore {
  readonly key: string;
  readonly title: string;
  readonly description: string;
  readonly definition: AnyScoreDefinition;
}

const messages = { kinds: ['message_in'] };
const month = { halfLife: { days: 30 } };

/** Scores for the usual cases, to be taken as they are or as a beginning. */
export const readyMadeScores: readonly ReadyMadeScore[] = [
  {
    key: 'engagement',
    title: 'Engagement',
    description:
      'How lively somebody is, from 0 to 100: messages, orders, looks at products, opened and clicked e-mails. Halves every 30 days without anything new. Levels: cold, warm, hot.',
    definition: scoreSchema.parse({
      version: 1,
      points: [
        { events: messages, points: 4, atMost: 30, oncePer: { minutes: 10 }, fades: month },
        { events: { names: ['product_viewed'] }, points: 3, atMost: 20, fades: month },
        { events: { names: ['cart_updated'] }, points: 8, atMost: 20, fades: month },
        { events: { names: ['order_placed'] }, points: 25, atMost: 60, fades: { halfLife: { days: 90 } } },
        { events: { names: ['email_opened'] }, points: 2, atMost: 10, fades: month },
        { events: { names: ['email_clicked', 'link_clicked'] }, points: 5, atMost: 20, fades: month },
        { when: { consent: 'email', operator: 'is', value: 'granted' }, points: 5 },
        { when: { consent: 'email', operator: 'is', value: 'revoked' }, points: -20 },
      ],
      levels: [
        { name: 'cold', from: 0, until: 0 },
        { name: 'warm', from: 30, until: 20 },
        { name: 'hot', from: 60, until: 50 },
      ],
    }),
  },
  {
    key: 'rfm',
    title: 'RFM',
    description:
      'How lately, how often and for how much somebody has bought (event order_placed with the property amount), in fifths of all customers from 1 to 5, with one of eleven names such as Champions. Found anew every day.',
    definition: rfmSchema.parse({ version: 1 }),
  },
];
