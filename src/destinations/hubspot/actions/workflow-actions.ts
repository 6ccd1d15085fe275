import { z } from 'zod';
import type { ActionResult } from '../../action.js';
import { DeliveryError } from '../../delivery-error.js';
import type { Account } from '../account.js';
import { enrol, workflowIdOf } from '../api/automation.js';
import { listsOfContact } from '../api/lists.js';
import { changeList } from '../lists/memberships.js';
import { defineAction, done, eachAlone, eachGroup, type HubspotAction, type Run } from './action.js';
import { changeFor, listName, listScopes } from './list-actions.js';

const listDriven = z.strictObject({
  list: listName.describe(
    'Name of the static list whose membership is the enrolment trigger of the workflow. Made when it is not there yet: then set it as the trigger in HubSpot',
  ),
  again: z
    .boolean()
    .default(false)
    .describe(
      'Who is in the list already is taken out and put in again, so that a workflow with re-enrolment starts once more',
    ),
});

/** Added since the run was planned: it has been done, by an attempt whose answer was lost. */
async function isAddedSince(
  { client, lists }: Account,
  list: string,
  { subject, plannedAt }: Run<unknown>,
): Promise<boolean> {
  const id = await lists.idIfThere(list);
  if (id === null) return false;
  const addedAt = (await listsOfContact(client, subject.remoteId)).get(id);
  return addedAt !== undefined && addedAt >= plannedAt;
}

/** Asked first: a repetition must not start the workflow a second time. */
async function putInAgain(account: Account, list: string, run: Run<unknown>): Promise<ActionResult> {
  if (await isAddedSince(account, list, run)) return done(run.runId, { already: true });
  await changeList(account, 'remove', list, [run.subject.remoteId]);
  const [result] = await changeFor(account, 'add', list, [run]);
  return result ?? done(run.runId);
}

export const enrolByList: HubspotAction = defineAction({
  declaration: {
    id: 'workflow.enrol',
    title: 'Enrol in a workflow (by a list)',
    description:
      'The contact is put into the static list that starts the workflow. The sure way: it can be repeated and looked up.',
    input: listDriven,
    nature: 'repeatable',
    subject: 'record',
    consent: null,
    scopes: listScopes,
    batchSize: 100,
  },
  async perform(account, runs) {
    const once = runs.filter(({ input }) => !input.again);
    const again = runs.filter(({ input }) => input.again);
    const first = await eachGroup(
      once,
      ({ list }) => list,
      (group, list) => changeFor(account, 'add', list, group),
    );
    return [...first, ...(await eachAlone(again, (run) => putInAgain(account, run.input.list, run)))];
  },
});

const direct = z.strictObject({
  workflow: z
    .string()
    .trim()
    .regex(/^\d+$/, 'A number')
    .describe('ID of the contact workflow: the number in its address in HubSpot'),
  idKind: z
    .enum(['flow', 'workflow'])
    .default('flow')
    .describe('flow: the number in the address; workflow: the older workflow ID that HubSpot’s v2 interface uses'),
});

const memoryName = (flowId: string): string => `workflow:${flowId}`;

async function legacyId({ client, context: { memory } }: Account, { workflow, idKind }: z.infer<typeof direct>) {
  if (idKind === 'workflow') return workflow;
  const remembered = z.string().safeParse(await memory.get(memoryName(workflow)));
  if (remembered.success) return remembered.data;
  const id = await workflowIdOf(client, workflow);
  await memory.set(memoryName(workflow), id);
  return id;
}

function addressOf({ subject: { email } }: Run<unknown>): string {
  if (email !== null) return email;
  throw new DeliveryError('rejected', 'HubSpot enrols by e-mail address, and this person has none', {
    code: 'NO_EMAIL',
  });
}

export const enrolDirectly: HubspotAction = defineAction({
  declaration: {
    id: 'workflow.enrol_direct',
    title: 'Enrol in a workflow (directly)',
    description:
      'The contact is enrolled by HubSpot’s older interface, for workflows without a list. Cannot be looked up: when HubSpot does not answer, a person has to decide.',
    input: direct,
    nature: 'once',
    subject: 'record',
    consent: null,
    scopes: ['automation'],
    batchSize: 20,
  },
  perform: (account, runs) =>
    eachAlone(runs, async (run) => {
      const email = addressOf(run);
      await enrol(account.client, await legacyId(account, run.input), email);
      return done(run.runId);
    }),
});
