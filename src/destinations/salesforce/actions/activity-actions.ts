import { z } from 'zod';
import type { ActionResult, HandOffRequest, Offer } from '../../action.js';
import { DeliveryError } from '../../delivery-error.js';
import type { WireRecord } from '../collections.js';
import type { Tools } from '../write-plan.js';
import { createActivities, lookUpActivities, marked } from './activity-reference.js';
import { dayInput, dayOf, numberInput, userInput } from './inputs.js';
import { ownerIds } from './owner-directory.js';
import { findPeopleBehind } from './person-behind.js';
import { failed, resultOf, salesforceAction, type Asked } from './salesforce-action.js';

const subjectLine = z.string().trim().min(1).max(255);
/** What a description takes, less the mark of the run. */
const longestText = 31_900;
const longText = z.string().max(longestText).default('');

const taskInput = z.strictObject({
  subject: subjectLine.describe('Subject of the task'),
  description: longText.describe('Comments'),
  status: z.string().trim().default('Not Started').describe('A status of the org'),
  priority: z.string().trim().default('Normal').describe('A priority of the org'),
  due: dayInput.optional().describe('Due date, or in how many days; left out: none'),
  owner: userInput.optional(),
});

const eventInput = z.strictObject({
  subject: subjectLine.describe('Subject of the event'),
  description: longText.describe('Description'),
  startsAt: z.iso.datetime({ offset: true }).describe('Start, as 2026-05-31T10:00:00Z'),
  minutes: numberInput.pipe(z.int().min(1).max(20_160)).default(30).describe('How long it takes, in minutes'),
  location: z.string().trim().max(255).default('').describe('Place'),
  owner: userInput.optional(),
});

interface Common {
  readonly description: string;
  readonly owner?: string | undefined;
}

/** Makes one task or event per run, for the person behind its record. */
async function create<Input extends Common>(
  tools: Tools,
  object: 'Task' | 'Event',
  asked: readonly Asked<Input>[],
  valuesOf: (one: Asked<Input>) => WireRecord,
): Promise<readonly ActionResult[]> {
  const { client } = tools;
  const people = await findPeopleBehind(
    client,
    asked.map(({ request }) => request),
    { withAccounts: false },
  );
  const owners = await ownerIds(
    client,
    asked.flatMap(({ input }) => input.owner ?? []),
  );
  const results: ActionResult[] = [];
  const runs: { readonly request: Asked<Input>['request']; readonly values: WireRecord }[] = [];
  for (const one of asked) {
    const { request, input } = one;
    const person = people(request);
    const owner = input.owner === undefined ? undefined : owners.get(input.owner);
    if (person instanceof DeliveryError) results.push(failed(request, person));
    else if (owner instanceof DeliveryError) results.push(failed(request, owner));
    else {
      const common = { WhoId: person.id, Description: marked(input.description, request) };
      runs.push({
        request,
        values: { ...common, ...valuesOf(one), ...(owner === undefined ? {} : { OwnerId: owner }) },
      });
    }
  }
  const rows = await createActivities(tools, object, runs);
  return [...results, ...runs.map(({ request }, index) => resultOf(request, rows[index]))];
}

export const taskCreate = salesforceAction(
  {
    id: 'task.create',
    title: 'Create a task',
    description: 'Makes a task about the person, for a user or a queue.',
    input: taskInput,
    nature: 'checkable',
    subject: 'record',
    consent: null,
    scopes: ['Edit Tasks'],
    batchSize: 200,
  },
  (tools, asked) =>
    create(tools, 'Task', asked, ({ input: { subject, status, priority, due } }) => ({
      Subject: subject,
      Status: status,
      Priority: priority,
      ...(due === undefined ? {} : { ActivityDate: dayOf(due, tools.client.context.now()) }),
    })),
  (tools, asked) =>
    lookUpActivities(
      tools,
      'Task',
      asked.map(({ request }) => request),
    ),
);

/** Whoever takes over gets a task: Salesforce shows it with the person's record, and in the list of what is due. */
export const handOff: Offer<HandOffRequest> = {
  action: taskCreate.declaration.id,
  input: ({ title, text, owner, dueInHours }) => ({
    subject: title,
    description: text.slice(0, longestText),
    priority: 'High',
    due: Math.floor(dueInHours / 24), // Salesforce knows the day only
    ...(owner === '' ? {} : { owner }),
  }),
};

export const eventCreate = salesforceAction(
  {
    id: 'event.create',
    title: 'Create a calendar event',
    description: 'Puts an event with the person into a user’s calendar.',
    input: eventInput,
    nature: 'checkable',
    subject: 'record',
    consent: null,
    scopes: ['Edit Events'],
    batchSize: 200,
  },
  (tools, asked) =>
    create(tools, 'Event', asked, ({ input: { subject, startsAt, minutes, location } }) => ({
      Subject: subject,
      ActivityDateTime: new Date(startsAt).toISOString(),
      DurationInMinutes: minutes,
      ...(location === '' ? {} : { Location: location }),
    })),
  (tools, asked) =>
    lookUpActivities(
      tools,
      'Event',
      asked.map(({ request }) => request),
    ),
);
