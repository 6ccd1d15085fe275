import { randomUUID } from 'node:crypto';
import type { Org } from '../org.js';
import type { Flow } from './action-state.js';

/** One row of an action's answer. */
export interface ActionRow {
  readonly actionName: string;
  readonly errors:
    readonly { readonly statusCode: string; readonly message: string; readonly fields: readonly string[] }[] | null;
  readonly invocationId: null;
  readonly isSuccess: boolean;
  readonly outcome: null;
  readonly outputValues: Readonly<Record<string, unknown>> | null;
  readonly sortOrder: number;
  readonly version: number;
}

export const succeeded = (actionName: string, outputValues: ActionRow['outputValues']): ActionRow => ({
  ...row(actionName),
  errors: null,
  isSuccess: true,
  outputValues,
});

export const failed = (actionName: string, statusCode: string, message: string): ActionRow => ({
  ...row(actionName),
  errors: [{ statusCode, message, fields: [] }],
  isSuccess: false,
  outputValues: null,
});

const row = (actionName: string) =>
  ({ actionName, invocationId: null, outcome: null, sortOrder: -1, version: 1 }) as const;

type Inputs = Readonly<Record<string, unknown>>;

/** Runs a flow once, that is, notes with what it was started. */
export function runFlow(org: Org, flow: Flow, inputs: Inputs): ActionRow {
  const objection = objectionTo(flow, inputs);
  if (objection !== null) return objection;
  const guid = randomUUID();
  const at = org.clock.now().toISOString();
  org.setup.flowInterviews.push({ guid, flow: flow.name, inputs, succeeded: flow.fails === null, at });
  if (flow.fails !== null) return failed(flow.name, 'UNKNOWN_EXCEPTION', flow.fails);
  return succeeded(flow.name, { Flow__InterviewGuid: guid, Flow__InterviewStatus: 'Finished', ...flow.outputs });
}

/** Inputs are named exactly, and required ones are given. */
function objectionTo({ name, inputs: declared }: Flow, inputs: Inputs): ActionRow | null {
  const unknown = Object.keys(inputs).find((given) => !declared.some((input) => input.name === given));
  if (unknown !== undefined)
    return failed(
      name,
      'INVALID_API_INPUT',
      `The input parameter "${unknown}" is not available for input in the flow ${name}.`,
    );
  const missing = declared.find((input) => input.required && (inputs[input.name] ?? null) === null);
  if (missing === undefined) return null;
  return failed(name, 'REQUIRED_FIELD_MISSING', `Missing required input parameter: ${missing.name}`);
}
