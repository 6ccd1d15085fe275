import { z } from 'zod';
import type { ActionDeclaration, ActionLookUp, ActionRequest, ActionResult, ActionSubject } from '../../action.js';
import { DeliveryError } from '../../delivery-error.js';
import type { Json } from '../../destination.js';
import type { Account } from '../account.js';

/** A planned execution whose input has been read, for the person it is about. */
export interface Run<Input> {
  readonly runId: string;
  readonly input: Input;
  readonly subject: ActionSubject;
  readonly plannedAt: Date;
}

/** One action as the connection needs it: what it declares, and how it is done. Inputs are read in here, once. */
export interface HubspotAction {
  readonly declaration: ActionDeclaration;
  perform(account: Account, requests: readonly ActionRequest[]): Promise<ActionResult[]>;
  lookUp(account: Account, requests: readonly ActionRequest[]): Promise<ActionLookUp[]>;
}

interface Parts<Input> {
  readonly declaration: ActionDeclaration<Input>;
  /** @throws DeliveryError when one reason stopped all of them */
  readonly perform: (account: Account, runs: readonly Run<Input>[]) => Promise<ActionResult[]>;
  readonly lookUp?: (account: Account, runs: readonly Run<Input>[]) => Promise<ActionLookUp[]>;
}

export function defineAction<Input>({ declaration, perform, lookUp }: Parts<Input>): HubspotAction {
  return {
    declaration,
    async perform(account, requests) {
      const { runs, refused } = readRuns(declaration, requests);
      return [...refused, ...(runs.length === 0 ? [] : await perform(account, runs))];
    },
    async lookUp(account, requests) {
      const { runs } = readRuns(declaration, requests);
      if (lookUp === undefined || runs.length === 0) return [];
      return lookUp(account, runs);
    },
  };
}

function readRuns<Input>(
  { input: schema }: ActionDeclaration<Input>,
  requests: readonly ActionRequest[],
): { readonly runs: Run<Input>[]; readonly refused: ActionResult[] } {
  const runs: Run<Input>[] = [];
  const refused: ActionResult[] = [];
  for (const { runId, input, subject, plannedAt } of requests) {
    const parsed = schema.safeParse(input);
    if (!parsed.success) refused.push(failed(runId, unfit('INVALID_INPUT', z.prettifyError(parsed.error))));
    else if (subject === null) refused.push(failed(runId, unfit('NO_SUBJECT', 'This action is about one person')));
    else runs.push({ runId, input: parsed.data, subject, plannedAt });
  }
  return { runs, refused };
}

const unfit = (code: string, message: string): DeliveryError => new DeliveryError('rejected', message, { code });

interface Done {
  readonly reference?: string | null;
  readonly already?: boolean;
  readonly detail?: Json;
}

export const done = (runId: string, { reference = null, already = false, detail = null }: Done = {}): ActionResult => ({
  runId,
  status: 'done',
  reference,
  already,
  detail,
});

export const failed = (runId: string, error: DeliveryError): ActionResult => ({ runId, status: 'failed', error });

export const withheld = (runId: string, code: string, message: string): ActionResult => ({
  runId,
  status: 'withheld',
  code,
  message,
});

/**
 * One call per run, one after the other. A run that HubSpot refuses fails alone; a limit or an outage ends it, and the runs that were not
 * tried fail with it.
 *
 * @throws DeliveryError when that happened before anything was settled
 */
export async function eachAlone<Input>(
  runs: readonly Run<Input>[],
  perform: (run: Run<Input>) => Promise<ActionResult>,
): Promise<ActionResult[]> {
  const results: ActionResult[] = [];
  for (const [place, run] of runs.entries())
    try {
      results.push(await perform(run));
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      if (error.kind === 'rejected' || error.kind === 'unknown') {
        results.push(failed(run.runId, error));
        continue;
      }
      if (results.length === 0) throw error;
      return [...results, ...runs.slice(place).map(({ runId }) => failed(runId, error))];
    }
  return results;
}

/** Runs with the same value of something in their input, for calls that take many people at once. @throws DeliveryError as `eachAlone` */
export async function eachGroup<Input>(
  runs: readonly Run<Input>[],
  keyOf: (input: Input) => string,
  perform: (runs: readonly Run<Input>[], key: string) => Promise<ActionResult[]>,
): Promise<ActionResult[]> {
  const results: ActionResult[] = [];
  for (const [key, group] of Map.groupBy(runs, ({ input }) => keyOf(input)))
    try {
      results.push(...(await perform(group, key)));
    } catch (error) {
      if (!(error instanceof DeliveryError) || (error.kind !== 'rejected' && results.length === 0)) throw error;
      results.push(...group.map(({ runId }) => failed(runId, error)));
    }
  return results;
}
