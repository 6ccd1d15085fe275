import { z } from 'zod';
import type { ActionLookUp, ActionResult, HandOffRequest, Offer } from '../../action.js';
import type { Account } from '../account.js';
import { associationsOf } from '../api/associations.js';
import { createForContact, type CrmRecord, type MadeObject, readRecords } from '../api/objects.js';
import { defineAction, done, eachAlone, type HubspotAction, type Run } from './action.js';

/** A record that an action makes beside the contact. It has no key, so the run's id stands in one of its texts, to be looked for. */
interface Making<Input> {
  readonly object: MadeObject;
  readonly markedProperty: string;
  /** All but the marked text. @throws DeliveryError `rejected` when something named in the input does not exist */
  readonly properties: (account: Account, run: Run<Input>) => Promise<Record<string, string>>;
  readonly text: (input: Input) => string;
  readonly mark: (text: string, runId: string) => string;
}

const perform =
  <Input>({ object, markedProperty, properties, text, mark }: Making<Input>) =>
  (account: Account, runs: readonly Run<Input>[]): Promise<ActionResult[]> =>
    eachAlone(runs, async (run) => {
      const body = { ...(await properties(account, run)), [markedProperty]: mark(text(run.input), run.runId) };
      const id = await createForContact(account.client, object, run.subject.remoteId, body);
      return done(run.runId, { reference: id });
    });

/** The contact's own records of that kind are read, newest first, until the one with the run's mark is found. */
const lookUp =
  <Input>({ object, markedProperty }: Making<Input>) =>
  async (account: Account, runs: readonly Run<Input>[]): Promise<ActionLookUp[]> => {
    const contacts = [...new Set(runs.map(({ subject }) => subject.remoteId))];
    const associated = await associationsOf(account.client, 'contacts', object, contacts);
    const found: ActionLookUp[] = [];
    for (const run of runs) {
      const ids = newestFirst(associated.get(run.subject.remoteId) ?? []);
      const made = await findMarked(account, object, markedProperty, ids, run);
      found.push(
        made === null
          ? { runId: run.runId, status: 'not_done' }
          : { runId: run.runId, status: 'done', reference: made.id, already: true, detail: null },
      );
    }
    return found;
  };

const newestFirst = (ids: readonly string[]): string[] =>
  ids.toSorted((one, other) => other.length - one.length || (other > one ? 1 : -1));

const chunk = 100;

async function findMarked(
  { client }: Account,
  object: MadeObject,
  property: string,
  ids: readonly string[],
  { runId, plannedAt }: Run<unknown>,
): Promise<CrmRecord | null> {
  for (let at = 0; at < ids.length; at += chunk) {
    const records = await readRecords(client, object, ids.slice(at, at + chunk), [property]);
    const made = records.find(({ properties }) => properties[property]?.includes(runId) === true);
    if (made !== undefined) return made;
    if (records.every(({ createdAt }) => createdAt < plannedAt)) return null;
  }
  return null;
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Notes and tasks are HTML there; what people wrote to a bot is not. */
const asHtml = (text: string): string =>
  text.replaceAll(/[&<>]/g, (character) => escapes[character] ?? character).replaceAll(/\r?\n/g, '<br>');

const markedHtml = (text: string, runId: string): string => `${asHtml(text)}<br><br><small>Parley ${runId}</small>`;
const markedText = (text: string, runId: string): string => `${text}${text === '' ? '' : '\n\n'}Parley ${runId}`;

const longText = z.string().max(60_000, 'HubSpot takes 65,536 characters, markup included');
const owner = z
  .string()
  .trim()
  .default('')
  .describe('E-mail address, name or ID of a HubSpot user; left empty: nobody');

const withOwner = async ({ directory }: Account, meant: string): Promise<Record<string, string>> =>
  meant === '' ? {} : { hubspot_owner_id: await directory.ownerId(meant) };

const shared = { nature: 'checkable', subject: 'record', consent: null, batchSize: 20 } as const;

function makingAction<Input>(
  declaration: Omit<Parameters<typeof defineAction<Input>>[0]['declaration'], keyof typeof shared>,
  making: Making<Input>,
): HubspotAction {
  return defineAction({
    declaration: { ...declaration, ...shared },
    perform: perform(making),
    lookUp: lookUp(making),
  });
}

export const createNote: HubspotAction = makingAction(
  {
    id: 'note.create',
    title: 'Create a note',
    description: 'A note, for example with the transcript of the chat, is put on the contact’s timeline.',
    input: z.strictObject({ text: longText.min(1).describe('The note; line breaks stay'), owner }),
    scopes: ['crm.objects.contacts.read', 'crm.objects.contacts.write'],
  },
  {
    object: 'notes',
    markedProperty: 'hs_note_body',
    properties: async (account, { input, plannedAt }) => ({
      hs_timestamp: plannedAt.toISOString(),
      ...(await withOwner(account, input.owner)),
    }),
    text: ({ text }) => text,
    mark: markedHtml,
  },
);

export const createTask: HubspotAction = makingAction(
  {
    id: 'task.create',
    title: 'Create a task',
    description: 'Somebody gets a task about the contact, for example to call back, with the transcript of the chat.',
    input: z.strictObject({
      subject: z.string().trim().min(1).max(500).describe('Title of the task'),
      text: longText.default('').describe('What it is about; line breaks stay'),
      dueInHours: z.coerce.number().min(0).default(24).describe('Due so many hours after the trigger'),
      priority: z.enum(['NONE', 'LOW', 'MEDIUM', 'HIGH']).default('NONE').describe('Priority'),
      type: z.enum(['TODO', 'CALL', 'EMAIL']).default('TODO').describe('Kind of task'),
      owner,
    }),
    scopes: ['crm.objects.contacts.read', 'crm.objects.contacts.write', 'crm.objects.owners.read'],
  },
  {
    object: 'tasks',
    markedProperty: 'hs_task_body',
    properties: async (account, { input, plannedAt }) => ({
      hs_timestamp: new Date(plannedAt.getTime() + input.dueInHours * 3_600_000).toISOString(),
      hs_task_subject: input.subject,
      hs_task_status: 'NOT_STARTED',
      hs_task_priority: input.priority,
      hs_task_type: input.type,
      ...(await withOwner(account, input.owner)),
    }),
    text: ({ text }) => text,
    mark: markedHtml,
  },
);

/** Of the 65,536 characters that HubSpot takes, enough are left for what line breaks and signs become in HTML. */
const longestHandOff = 50_000;

/** Somebody takes over by a task, with what is known and what was said. */
export const handOff: Offer<HandOffRequest> = {
  action: createTask.declaration.id,
  input: ({ title, text, owner, dueInHours }) => ({
    subject: title.slice(0, 500),
    text: text.slice(0, longestHandOff),
    owner,
    dueInHours,
    priority: 'HIGH',
  }),
};

export const createDeal: HubspotAction = makingAction(
  {
    id: 'deal.create',
    title: 'Create a deal',
    description: 'A deal is created and associated with the contact.',
    input: z.strictObject({
      name: z.string().trim().min(1).max(500).describe('Name of the deal'),
      stage: z.string().trim().min(1).describe('Name or ID of the stage it starts in'),
      pipeline: z.string().trim().default('').describe('Name or ID of the pipeline; left empty: the first one'),
      amount: z
        .string()
        .trim()
        .regex(/^(-?\d+(\.\d+)?)?$/, 'A number with at most one decimal point')
        .default('')
        .describe('Amount, for example 49.90; left empty: none'),
      currency: z
        .string()
        .trim()
        .regex(/^([A-Z]{3})?$/, 'Three capital letters, for example EUR')
        .default('')
        .describe('Currency of the amount; left empty: the account’s'),
      closeInDays: z.coerce.number().min(0).optional().describe('Expected to close so many days after the trigger'),
      text: longText.default('').describe('Description of the deal'),
      owner,
      properties: z
        .record(z.string(), z.string())
        .default({})
        .describe('Further deal properties by their internal names'),
    }),
    scopes: ['crm.objects.deals.read', 'crm.objects.deals.write', 'crm.objects.contacts.read'],
  },
  {
    object: 'deals',
    markedProperty: 'description',
    properties: async (account, { input, plannedAt }) => {
      const { pipeline, stage } = await account.directory.dealStage(
        input.pipeline === '' ? null : input.pipeline,
        input.stage,
      );
      const closesAt = new Date(plannedAt.getTime() + (input.closeInDays ?? 0) * 86_400_000);
      return {
        ...input.properties,
        dealname: input.name,
        pipeline,
        dealstage: stage,
        ...(input.amount === '' ? {} : { amount: input.amount }),
        ...(input.currency === '' ? {} : { deal_currency_code: input.currency }),
        ...(input.closeInDays === undefined ? {} : { closedate: closesAt.toISOString() }),
        ...(await withOwner(account, input.owner)),
      };
    },
    text: ({ text }) => text,
    mark: markedText,
  },
);
