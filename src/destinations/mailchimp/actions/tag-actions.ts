import { z } from 'zod';
import { addressOf, done, eachRun } from './action.js';

const tagInput = z.strictObject({
  tag: z.string().trim().min(1).max(100).describe('Name of the tag; made when the audience does not have it yet'),
  startsAutomations: z
    .boolean()
    .default(true)
    .describe('Whether automations at Mailchimp that wait for the tag may start by it'),
});

const plain = {
  input: tagInput,
  nature: 'repeatable',
  subject: 'record',
  consent: null,
  scopes: [],
  batchSize: 100,
} as const;

export const addTag = eachRun(
  {
    ...plain,
    id: 'tag.add',
    title: 'Add a tag',
    description: 'The contact gets a tag; journeys and automations that wait for it start.',
  },
  {
    one: async ({ client }, run) => {
      const { tag, startsAutomations } = run.input;
      await client.tags(addressOf(run), { add: [tag], remove: [], startsAutomations });
      return done(run);
    },
  },
);

export const removeTag = eachRun(
  { ...plain, id: 'tag.remove', title: 'Remove a tag', description: 'The contact loses a tag, whoever put it there.' },
  {
    one: async ({ client }, run) => {
      const { tag, startsAutomations } = run.input;
      await client.tags(addressOf(run), { add: [], remove: [tag], startsAutomations });
      return done(run);
    },
  },
);
