import { DeliveryError } from '../../delivery-error.js';
import type { ActionDeclaration, ActionDone, ActionLookUp, ActionRequest, ActionResult } from '../../action.js';
import { complaintError } from '../to-delivery-error.js';
import type { SavedRow } from '../wire.js';
import type { Tools } from '../write-plan.js';

/** One execution with its input as the action's schema gives it. */
export interface Asked<Input> {
  readonly request: ActionRequest;
  readonly input: Input;
}

type Work<Input, Result> = (tools: Tools, asked: readonly Asked<Input>[]) => Promise<readonly Result[]>;

export interface SalesforceAction {
  readonly declaration: ActionDeclaration;
  readonly perform: (tools: Tools, requests: readonly ActionRequest[]) => Promise<readonly ActionResult[]>;
  readonly lookUp?: (tools: Tools, requests: readonly ActionRequest[]) => Promise<readonly ActionLookUp[]>;
}

/** What an action is, and how it is done; its inputs are read once, here. */
export function salesforceAction<Input>(
  declaration: ActionDeclaration<Input>,
  perform: Work<Input, ActionResult>,
  lookUp?: Work<Input, ActionLookUp>,
): SalesforceAction {
  const read = (requests: readonly ActionRequest[]): readonly Asked<Input>[] =>
    requests.map((request) => ({ request, input: declaration.input.parse(request.input) }));
  return {
    declaration,
    perform: (tools, requests) => perform(tools, read(requests)),
    ...(lookUp === undefined ? {} : { lookUp: (tools, requests) => lookUp(tools, read(requests)) }),
  };
}

export const done = (
  { runId }: ActionRequest,
  reference: string | null,
  more: Partial<Pick<ActionDone, 'already' | 'detail'>> = {},
): ActionDone => ({ runId, status: 'done', reference, already: false, detail: null, ...more });

export const failed = ({ runId }: ActionRequest, error: DeliveryError): ActionResult => ({
  runId,
  status: 'failed',
  error,
});

export const withheld = ({ runId }: ActionRequest, code: string, message: string): ActionResult => ({
  runId,
  status: 'withheld',
  code,
  message,
});

/** What a saved row says of the run it was made for. */
export function resultOf(request: ActionRequest, row: SavedRow | undefined): ActionResult {
  const complaint = row?.errors[0];
  if (row?.success === true) return done(request, row.id ?? null);
  if (complaint !== undefined) return failed(request, complaintError(complaint, 200));
  const message = 'Salesforce did not say what became of this run';
  return failed(request, new DeliveryError('unknown', message, { code: 'RESULT_MISSING' }));
}

/** Work for each run by itself: what stops one does not stop the others, unless it is about the whole org. */
export async function eachAlone<Input>(
  asked: readonly Asked<Input>[],
  work: (one: Asked<Input>) => Promise<ActionResult>,
): Promise<readonly ActionResult[]> {
  return Promise.all(
    asked.map((one) =>
      work(one).catch((error: unknown) => {
        if (error instanceof DeliveryError) return failed(one.request, error);
        throw error;
      }),
    ),
  );
}
