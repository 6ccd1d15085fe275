import { z } from 'zod';
import type { ActionResult } from '../../action.js';
import { DeliveryError } from '../../delivery-error.js';
import type { Tools } from '../write-plan.js';
import { complaint } from '../wire.js';
import { complaintError } from '../to-delivery-error.js';
import { nameOfObject } from './inputs.js';
import { done, failed, salesforceAction, type Asked } from './salesforce-action.js';

const input = z.strictObject({
  flow: z
    .string()
    .trim()
    .regex(nameOfObject, 'must be the API name of a flow')
    .describe('API name of an active, autolaunched flow'),
  inputs: z
    .record(z.string().regex(nameOfObject), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe('Values for the flow’s variables that are available for input, by name'),
  recordIdInto: z
    .union([z.literal(''), z.string().trim().regex(nameOfObject)])
    .default('')
    .describe('Variable that gets the id of the person’s record; empty: none'),
});
type Input = z.output<typeof input>;

/** One element per interview; the same shape stands in a 200 and, when one of them failed, in a 400. */
const interviews = z.array(
  z.object({
    isSuccess: z.boolean(),
    outputValues: z.record(z.string(), z.unknown()).nullish(),
    errors: z.array(complaint).nullish(),
  }),
);
type Interview = z.infer<typeof interviews>[number];

export const flowRun = salesforceAction(
  {
    id: 'flow.run',
    title: 'Run a flow',
    description: 'Starts an autolaunched flow of the org, with inputs.',
    input,
    nature: 'once', // a flow may do anything, and nobody can be asked whether it has
    subject: 'record',
    consent: null,
    scopes: ['Run Flows'],
    batchSize: 50,
  },
  runFlows,
);

async function runFlows({ client }: Tools, asked: readonly Asked<Input>[]): Promise<readonly ActionResult[]> {
  const results: ActionResult[] = [];
  for (const [flow, group] of Map.groupBy(asked, (one) => one.input.flow)) {
    client.checkBudget();
    const inputs = group.map(({ request, input: { inputs: given, recordIdInto } }) => ({
      ...given,
      ...(recordIdInto === '' || request.subject === null ? {} : { [recordIdInto]: request.subject.remoteId }),
    }));
    const call = { operation: 'flow.run', records: group.length, repeatable: false };
    const url = `/actions/custom/flow/${flow}`;
    try {
      const ran = await client.request(call, { method: 'POST', url, body: { inputs }, alsoReads: [400] }, interviews);
      results.push(...group.map((one, index) => outcomeOf(one, ran[index])));
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      results.push(...group.map(({ request }) => failed(request, aboutFlow(error, flow))));
    }
  }
  return results;
}

function outcomeOf({ request }: Asked<Input>, interview: Interview | undefined): ActionResult {
  if (interview === undefined)
    return failed(
      request,
      new DeliveryError('unknown', 'Salesforce did not say what the flow did', { code: 'RESULT_MISSING' }),
    );
  const status = interview.outputValues?.Flow__InterviewStatus;
  const guid = interview.outputValues?.Flow__InterviewGuid;
  const [first] = interview.errors ?? [];
  if (!interview.isSuccess || status === 'Error') {
    const found = first ?? { code: 'FLOW_FAILED', message: 'The flow ended with an error', fields: [], duplicates: [] };
    // What it had done before it failed is not undone: a person decides.
    return failed(
      request,
      new DeliveryError('rejected', complaintError(found, 200).message, { code: found.code, recordOnly: true }),
    );
  }
  const words = typeof status === 'string' ? { status } : {};
  return done(request, typeof guid === 'string' ? guid : null, { detail: words });
}

/** An unknown flow is this trigger's mistake, not the org's. */
const aboutFlow = (error: DeliveryError, flow: string): DeliveryError =>
  error.details.code === 'NOT_FOUND'
    ? new DeliveryError(
        'rejected',
        `There is no active autolaunched flow "${flow}" that the integration user may run`,
        {
          code: 'NOT_FOUND',
          recordOnly: true,
        },
      )
    : error;
