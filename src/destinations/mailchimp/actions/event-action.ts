import { z } from 'zod';
import { addressOf, done, eachRun } from './action.js';

/** Events have no id: ours is kept among the properties, so that a lost answer can be asked about. */
const runProperty = 'parley_run';

const eventInput = z.strictObject({
  name: z
    .string()
    .regex(/^[\w-]{2,30}$/)
    .describe('Name of the event: 2 to 30 letters, digits, _ or -'),
  properties: z.record(z.string(), z.string()).default({}).describe('What journeys and segments can look at, as texts'),
  occurredAt: z.iso.datetime({ offset: true }).optional().describe('When it happened; empty: now'),
  startsAutomations: z
    .boolean()
    .default(true)
    .describe('Whether journeys at Mailchimp that wait for the event may start by it'),
});

export const addEvent = eachRun(
  {
    id: 'event.add',
    title: 'Add an event',
    description: 'The contact’s history shows an event; journeys that wait for it start.',
    input: eventInput,
    nature: 'checkable',
    subject: 'record',
    consent: null,
    scopes: [],
    batchSize: 100,
  },
  {
    one: async ({ marketing }, run) => {
      const { name, properties, occurredAt, startsAutomations } = run.input;
      await marketing.addEvent(addressOf(run), {
        name,
        properties: { ...properties, [runProperty]: run.runId },
        ...(occurredAt === undefined ? {} : { occurred_at: occurredAt }),
        ...(startsAutomations ? {} : { is_syncing: true }),
      });
      return done(run);
    },
    find: async ({ marketing }, run) => {
      const hasHappened = await marketing.hasEvent(addressOf(run), runProperty, run.runId);
      return hasHappened ? done(run, { already: true }) : { runId: run.runId, status: 'not_done' };
    },
  },
);
