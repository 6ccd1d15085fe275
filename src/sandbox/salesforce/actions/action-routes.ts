import { z } from 'zod';
import { parseBody } from '../rest/read-request.js';
import { notFound } from '../rest/rest-error.js';
import { ok, type RestAnswer, type RestCall, type RestRoute } from '../rest/rest-route.js';
import type { Flow } from './action-state.js';
import { runFlow, type ActionRow } from './run-flow.js';
import { emailInputs, sendEmail } from './send-email.js';

const invocation = z.object({ inputs: z.array(z.record(z.string(), z.unknown())).min(1) });

/**
 * Flows and standard actions; each element of `inputs` is one run.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_action.meta/api_action/actions_intro.htm
 */
export const actionRoutes: readonly RestRoute[] = [
  {
    method: 'GET',
    path: '/actions',
    handle: ({ versionPath }) =>
      ok({ standard: `${versionPath}/actions/standard`, custom: `${versionPath}/actions/custom` }),
  },
  {
    method: 'GET',
    path: '/actions/standard',
    handle: ({ versionPath }) =>
      ok({
        actions: [listed('emailSimple', 'Send Email', 'EMAILSIMPLE', `${versionPath}/actions/standard/emailSimple`)],
      }),
  },
  {
    method: 'GET',
    path: '/actions/custom',
    handle: ({ versionPath }) => ok({ flow: `${versionPath}/actions/custom/flow` }),
  },
  {
    method: 'GET',
    path: '/actions/custom/flow',
    handle: ({ org, versionPath }) =>
      ok({
        actions: org.setup.flows
          .filter(({ active }) => active)
          .map(({ name, label }) => listed(name, label, 'FLOW', `${versionPath}/actions/custom/flow/${name}`)),
      }),
  },
  {
    method: 'GET',
    path: '/actions/custom/flow/:name',
    handle: (call) => {
      const { name, label, inputs, outputs } = flowOf(call);
      return ok({
        name,
        label,
        type: 'FLOW',
        inputs: inputs.map((input) => ({ ...input, label: input.name, description: null, maxOccurs: 1 })),
        outputs: ['Flow__InterviewGuid', 'Flow__InterviewStatus', ...Object.keys(outputs)].map((output) => ({
          name: output,
          label: output,
          type: 'STRING',
        })),
        standard: false,
        targetEntityName: null,
      });
    },
  },
  {
    method: 'GET',
    path: '/actions/standard/emailSimple',
    handle: () =>
      ok({
        name: 'emailSimple',
        label: 'Send Email',
        type: 'EMAILSIMPLE',
        standard: true,
        inputs: emailInputs.map((name) => ({ name, label: name, type: 'STRING', required: false })),
        outputs: [],
      }),
  },
  {
    method: 'POST',
    path: '/actions/custom/flow/:name',
    handle: (call) => {
      const flow = flowOf(call);
      return answered(parseBody(invocation, call).inputs.map((inputs) => runFlow(call.org, flow, inputs)));
    },
  },
  {
    method: 'POST',
    path: '/actions/standard/emailSimple',
    handle: (call) => answered(parseBody(invocation, call).inputs.map((input) => sendEmail(call.org, input))),
  },
];

/** One failure among the rows makes it a 400, with the same array. */
const answered = (rows: readonly ActionRow[]): RestAnswer => ({
  status: rows.every(({ isSuccess }) => isSuccess) ? 200 : 400,
  body: rows,
});

const listed = (name: string, label: string, type: string, url: string) => ({
  name,
  label: label === '' ? name : label,
  type,
  url,
});

/** Names are case-sensitive; an inactive flow is not there. */
function flowOf({ org, params }: RestCall): Flow {
  const flow = org.setup.flows.find(({ name, active }) => active && name === params.name);
  if (flow === undefined) throw notFound();
  return flow;
}
