import { z } from 'zod';
import type { ActionLookUp, ActionRequest, ActionResult } from '../../action.js';
import { DeliveryError } from '../../delivery-error.js';
import { soqlText } from '../soql-text.js';
import { complaintError } from '../to-delivery-error.js';
import { complaint } from '../wire.js';
import type { Tools } from '../write-plan.js';
import { createActivities, lookUpActivities, marked, markOf } from './activity-reference.js';
import { findPeopleBehind } from './person-behind.js';
import { done, eachAlone, failed, resultOf, salesforceAction, type Asked } from './salesforce-action.js';

const input = z.strictObject({
  title: z.string().trim().min(1).max(200).default('Chat transcript').describe('Title of the note'),
  text: z.string().min(1).max(31_900).describe('The text, for example the chat transcript'),
  as: z.enum(['note', 'task']).default('note').describe('A note at the record, or a completed task in its history'),
});
type Input = z.output<typeof input>;

export const noteCreate = salesforceAction(
  {
    id: 'note.create',
    title: 'Add a note',
    description: 'Keeps a text, such as the chat transcript, at the person’s record.',
    input,
    nature: 'checkable',
    subject: 'record',
    consent: null,
    scopes: ['Edit Tasks (for tasks), notes switched on in the org (for notes)'],
    batchSize: 20,
  },
  async (tools, asked) => {
    const people = await findPeopleBehind(
      tools.client,
      asked.map(({ request }) => request),
      { withAccounts: false },
    );
    const tasks = asked.filter((one) => one.input.as === 'task');
    const runs: { readonly request: ActionRequest; readonly values: Record<string, string> }[] = [];
    const results: ActionResult[] = [];
    for (const { request, input: given } of tasks) {
      const person = people(request);
      if (person instanceof DeliveryError) results.push(failed(request, person));
      else {
        const values = {
          WhoId: person.id,
          Subject: given.title,
          Description: marked(given.text, request),
          Status: 'Completed',
        };
        runs.push({ request, values });
      }
    }
    const rows = await createActivities(tools, 'Task', runs);
    const notes = await eachAlone(
      asked.filter((one) => one.input.as === 'note'),
      (one) => addNote(tools, one),
    );
    return [...results, ...runs.map(({ request }, index) => resultOf(request, rows[index])), ...notes];
  },
  async (tools, asked) => {
    const requests = (as: Input['as']) => asked.filter((one) => one.input.as === as).map(({ request }) => request);
    return [
      ...(await lookUpActivities(tools, 'Task', requests('task'))),
      ...(await lookUpNotes(tools, requests('note'))),
    ];
  },
);

const answer = z.object({
  compositeResponse: z.array(
    z.object({ referenceId: z.string(), body: z.union([z.array(complaint), z.object({ id: z.string() })]).nullable() }),
  ),
});

/** The note and its place at the record, together or not at all. */
async function addNote({ client }: Tools, { request, input: { title, text } }: Asked<Input>): Promise<ActionResult> {
  client.checkBudget();
  const path = `/services/data/v${client.settings.apiVersion}/sobjects`;
  const body = {
    allOrNone: true,
    compositeRequest: [
      {
        method: 'POST',
        url: `${path}/ContentNote`,
        referenceId: 'note',
        // The mark stands in the title as well: what a note says cannot be queried.
        body: { Title: `${title} ${markOf(request)}`, Content: Buffer.from(asHtml(text)).toString('base64') },
      },
      {
        method: 'POST',
        url: `${path}/ContentDocumentLink`,
        referenceId: 'link',
        body: { ContentDocumentId: '@{note.id}', LinkedEntityId: request.subject?.remoteId ?? '', ShareType: 'V' },
      },
    ],
  };
  const call = { operation: 'note.create', records: 1, repeatable: false };
  const { compositeResponse } = await client.request(call, { method: 'POST', url: '/composite', body }, answer);
  const [refusal] = compositeResponse
    .flatMap(({ body: one }) => (Array.isArray(one) ? one : []))
    .filter(({ code }) => code !== 'PROCESSING_HALTED');
  if (refusal !== undefined) throw complaintError(refusal, 200);
  const note = compositeResponse.find(({ referenceId }) => referenceId === 'note')?.body;
  return done(request, note !== null && note !== undefined && 'id' in note ? note.id : null);
}

async function lookUpNotes({ client }: Tools, requests: readonly ActionRequest[]): Promise<readonly ActionLookUp[]> {
  if (requests.length === 0) return [];
  const earliest = new Date(Math.min(...requests.map(({ plannedAt }) => plannedAt.getTime()))).toISOString();
  const like = requests.map((request) => `Title LIKE ${soqlText(`%${markOf(request)}`)}`).join(' OR ');
  const rows = await client.query(`SELECT Id, Title FROM ContentNote WHERE CreatedDate >= ${earliest} AND (${like})`);
  return requests.map((request) => {
    const row = rows.find(({ Title }) => typeof Title === 'string' && Title.endsWith(markOf(request)));
    if (row === undefined) return { runId: request.runId, status: 'not_done' };
    return done(request, String(row.Id), { already: true });
  });
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Notes are HTML; what a person wrote is text. */
export const asHtml = (text: string): string =>
  text
    .split('\n')
    .map((line) => `<p>${line.replace(/[&<>"']/g, (character) => entities[character] ?? '')}</p>`)
    .join('');
