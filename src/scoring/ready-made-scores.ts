import { type ScoreDefinition, scoreSchema } from './score.js';

export interface ReadyMadeScore {
  readonly key: string;
  readonly description: string;
  readonly definition: ScoreDefinition;
}

const messages = { kinds: ['message_in'] };
const month = { halfLife: { days: 30 } };

/** Scores for the usual cases, to be taken as they are or as a beginning. */
export const readyMadeScores: readonly ReadyMadeScore[] = [
  {
    key: 'engagement',
    description:
      'How lively somebody is, from 0 to 100: messages, orders, looks at products, opened and clicked e-mails. Halves every 30 days without anything new. Levels: cold, warm, hot.',
    definition: scoreSchema.parse({
      version: 1,
      title: 'Engagement',
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
];
