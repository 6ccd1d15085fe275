import { DeliveryError } from '../../delivery-error.js';
import type {
  ActionDeclaration,
  ActionDone,
  ActionLookUp,
  ActionRequest,
  ActionResult,
  ActionSubject,
  ActionWithheld,
} from '../../action.js';
import type { AudienceClient } from '../audience-client.js';
import type { MailchimpClient } from '../client.js';
import { isAboutOneRecord } from '../each-alone.js';
import type { MarketingClient } from '../marketing-client.js';
import { readMemo } from '../memo.js';
import type { SegmentChanges } from '../segment-changes.js';

export interface ActionTools {
  readonly client: MailchimpClient;
  readonly audience: AudienceClient;
  readonly marketing: MarketingClient;
  readonly segments: SegmentChanges;
  readonly now: () => Date;
  readonly parallelCalls: number;
}

/** A request whose input has been read. */
export interface Run<Input> extends Omit<ActionRequest, 'input'> {
  readonly input: Input;
}

/** A declaration with what carries it out. */
export interface MailchimpAction {
  readonly declaration: ActionDeclaration;
  perform(tools: ActionTools, requests: readonly ActionRequest[]): Promise<readonly ActionResult[]>;
  lookUp?(tools: ActionTools, requests: readonly ActionRequest[]): Promise<readonly ActionLookUp[]>;
}

interface Ways<Input> {
  readonly one: (tools: ActionTools, run: Run<Input>) => Promise<ActionResult>;
  readonly find?: (tools: ActionTools, run: Run<Input>) => Promise<ActionLookUp>;
}

/** An action that is carried out for each run alone, a few at a time. */
export function eachRun<Input>(declaration: ActionDeclaration<Input>, { one, find }: Ways<Input>): MailchimpAction {
  const read = (request: ActionRequest): Run<Input> => ({ ...request, input: declaration.input.parse(request.input) });
  return {
    declaration,
    perform: (tools, requests) => alone(tools, requests, (request) => one(tools, read(request))),
    ...(find === undefined
      ? {}
      : { lookUp: (tools, requests) => Promise.all(requests.map((request) => find(tools, read(request)))) }),
  };
}

/** Once nothing gets through any more, the runs not begun are left with that error. @throws DeliveryError when it met all of them */
async function alone(
  { parallelCalls }: ActionTools,
  requests: readonly ActionRequest[],
  act: (request: ActionRequest) => Promise<ActionResult>,
): Promise<readonly ActionResult[]> {
  const results: ActionResult[] = [];
  const waiting = requests.values();
  const met: { stop: DeliveryError | null } = { stop: null };
  const work = async (): Promise<void> => {
    for (const request of waiting) {
      try {
        if (met.stop !== null) throw met.stop;
        results.push(await act(request));
      } catch (error) {
        if (!(error instanceof DeliveryError)) throw error;
        const own = asOwn(error);
        if (!isAboutOneRecord(own) && own.kind !== 'unknown') met.stop = own;
        results.push({ runId: request.runId, status: 'failed', error: own });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallelCalls, requests.length) }, work));
  const { stop } = met;
  if (stop !== null && results.every((result) => result.status === 'failed' && result.error === stop)) throw stop;
  return results;
}

/** Titles of a 403: the person it is about has arrived here already, so it is not the account that is closed to us. */
const notInPlan = new Set(['Forbidden', 'Authorization Failure']);

/** What the plan or the key's role does not allow is this action's trouble, and no reason to stop everything else. */
function asOwn(error: DeliveryError): DeliveryError {
  const { code = '' } = error.details;
  if (error.kind !== 'unauthorized' || !notInPlan.has(code)) return error;
  return new DeliveryError('rejected', `${error.message} Perhaps the plan or the role of the key does not allow it.`, {
    code,
  });
}

export function done(
  { runId }: { readonly runId: string },
  more: Partial<Pick<ActionDone, 'reference' | 'already' | 'detail'>> = {},
): ActionDone {
  return { runId, status: 'done', reference: null, already: false, detail: null, ...more };
}

export const withheldRun = (
  { runId }: { readonly runId: string },
  { code, message }: Pick<ActionWithheld, 'code' | 'message'>,
): ActionWithheld => ({ runId, status: 'withheld', code, message });

/** The address Mailchimp has for the person, which may be an earlier one than ours. */
export function addressOf({ subject }: { readonly subject: ActionSubject | null }): string {
  if (subject !== null) return readMemo(subject.memo)?.email ?? subject.key.trim().toLowerCase();
  throw new DeliveryError('rejected', 'This action is about a person, and there is none', { code: 'no_subject' });
}
