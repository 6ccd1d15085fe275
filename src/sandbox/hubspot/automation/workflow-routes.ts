import { z } from 'zod';
import type { Account } from '../account.js';
import { parsedBody } from '../body.js';
import { invalid, notFound, Problem } from '../problem.js';
import { batchAnswer } from '../records/batch-answer.js';
import type { CrmRecord } from '../records/record.js';
import { type Answer, type Call, noContent, ok, paged, type Route } from '../route.js';
import { flowAnswer, flowListing, legacyAnswer } from './workflow-answer.js';
import type { Workflow } from './workflow.js';
import type { Workflows } from './workflows.js';

const scopes = ['automation'];
const enrolments = '/automation/v2/workflows/:workflowId/enrollments/contacts/:email';
const mappingSchema = z.object({
  inputs: z.array(
    z.discriminatedUnion('type', [
      z.object({ type: z.literal('FLOW_ID'), flowId: z.coerce.string() }),
      z.object({ type: z.literal('WORKFLOW_ID'), workflowId: z.coerce.string() }),
    ]),
  ),
});

/** Reading of workflows, and the legacy calls that bring a contact in or take it out. */
export function workflowRoutes(account: Account, workflows: Workflows): Route[] {
  const all = (): Workflow[] => account.data.workflows;
  return [
    {
      method: 'GET',
      path: '/automation/v4/flows',
      scopes,
      handle: (call) => ok(paged(call, all(), flowListing, { usual: 100, most: 500, path: '/automation/v4/flows' })),
    },
    {
      method: 'GET',
      path: '/automation/v4/flows/:flowId',
      scopes,
      handle: ({ params }) => {
        const workflow = all().find(({ flowId }) => flowId === params.flowId);
        if (workflow === undefined) throw notFound();
        return ok(flowAnswer(workflow));
      },
    },
    {
      method: 'POST',
      path: '/automation/v4/workflow-id-mappings/batch/read',
      scopes,
      handle: (call) => mappings(account, call),
    },
    {
      method: 'GET',
      path: '/automation/v3/workflows',
      scopes,
      handle: () => ok({ workflows: all().map((workflow) => legacyAnswer(workflow, workflows.enrolments(workflow))) }),
    },
    { method: 'POST', path: enrolments, scopes, handle: (call) => enrol(account, workflows, call) },
    { method: 'DELETE', path: enrolments, scopes, handle: (call) => unenrol(account, workflows, call) },
  ];
}

function named(account: Account, { params }: Call): { workflow: Workflow; contact: CrmRecord } {
  const workflow = account.data.workflows.find(({ workflowId }) => String(workflowId) === params.workflowId);
  if (workflow === undefined)
    throw new Problem(404, { message: `No workflow found with ID ${params.workflowId ?? ''}` }, notFound().headers);
  const contact = account.contactByEmail(params.email ?? '');
  if (contact === undefined)
    throw new Problem(404, { message: `Contact with email ${params.email ?? ''} does not exist` }, notFound().headers);
  return { workflow, contact };
}

function enrol(account: Account, workflows: Workflows, call: Call): Answer {
  const { workflow, contact } = named(account, call);
  if (!workflow.isEnabled) throw invalid(`Workflow ${String(workflow.workflowId)} is not enabled`);
  workflows.enrol(workflow, contact.id, 'Call of the API');
  return noContent;
}

function unenrol(account: Account, workflows: Workflows, call: Call): Answer {
  const { workflow, contact } = named(account, call);
  for (const enrolment of workflows.enrolments(workflow))
    if (enrolment.contactId === contact.id) enrolment.endedAt ??= account.now();
  return noContent;
}

/** Ids go in as text and come out as numbers. */
function mappings(account: Account, { body }: Call): Answer {
  const { inputs } = parsedBody(mappingSchema, body);
  const startedAt = account.now();
  const found = inputs.map((input) => ({
    input,
    workflow: account.data.workflows.find(({ flowId, workflowId }) =>
      input.type === 'FLOW_ID' ? flowId === input.flowId : String(workflowId) === input.workflowId,
    ),
  }));
  const results = found.flatMap(({ workflow }) =>
    workflow === undefined ? [] : { flowId: Number(workflow.flowId), workflowId: workflow.workflowId },
  );
  const missing = found.filter(({ workflow }) => workflow === undefined);
  const errors = missing.map(({ input }) => ({
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    message: 'No mapping was found for the id.',
    context: { id: [input.type === 'FLOW_ID' ? input.flowId : input.workflowId] },
  }));
  return batchAnswer(account, startedAt, results, errors);
}
