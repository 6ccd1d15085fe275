import type { z } from 'zod';
import type { Consents, Purpose } from '../consent/consent.js';
import type { DeliveryError } from './delivery-error.js';
import type { Json } from './json.js';

/** What may be done when nobody knows whether a call has arrived. */
export const actionNatures = {
  /** Doing it twice has the effect of once: it is done again. */
  repeatable: { repeat: true, lookUp: false },
  /** The provider can be asked whether it happened: it is asked first. */
  checkable: { repeat: false, lookUp: true },
  /** Neither: its outcome is declared unknown and shown to a person. */
  once: { repeat: false, lookUp: false },
} as const;
export type ActionNature = keyof typeof actionNatures;

/** One thing a destination can do, as declared: the form, the checks and the docs come from here. */
export interface ActionDeclaration<Input = unknown> {
  /** Stable, `<thing>.<verb>`: `list.add`, `workflow.enrol`, `campaign.send`. */
  readonly id: string;
  readonly title: string;
  /** What happens at the provider, in one sentence for a marketer. */
  readonly description: string;
  /** Checks the input and draws its form. Texts in it may be templates; they are rendered before the connector gets them. */
  readonly input: z.ZodType<Input>;
  readonly nature: ActionNature;
  /** `record`: it acts on one person, who has to be delivered there first. `account`: on the account as a whole, for example a campaign. */
  readonly subject: 'record' | 'account';
  /** Nobody is reached without this consent, looked at in the moment of acting; null: it reaches nobody (a note, a task, a field). */
  readonly consent: Purpose | null;
  /** Scopes or permissions it needs, in the provider's words. */
  readonly scopes: readonly string[];
  /** Requests that one `perform` gets at most. */
  readonly batchSize: number;
  /** By which channel it reaches the person, for quiet hours and frequency caps; left out: as `consent` says, or it reaches nobody. */
  readonly channel?: string;
}

/** A person is to take over: what a trigger says about it. */
export interface HandOffRequest {
  readonly title: string;
  /** What to do, what is known of the person, and the transcript; line breaks count. */
  readonly text: string;
  /** E-mail address, name or id of whoever takes over; '': nobody in particular. */
  readonly owner: string;
  readonly dueInHours: number;
}

/** A word to a colleague. */
export interface NoticeRequest {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Which of its actions a destination offers for something that triggers ask of any destination, and how it is asked for there. */
export interface Offer<Request> {
  readonly action: string;
  readonly input: (request: Request) => Json;
}

/** The person an action is about, as the destination holds them. */
export interface ActionSubject {
  readonly profileId: string;
  readonly key: string;
  readonly remoteId: string;
  readonly memo: Json;
  readonly email: string | null;
  readonly phone: string | null;
  readonly consents: Consents;
}

/** One planned execution. */
export interface ActionRequest {
  /** UUID, unique for ever, the same at each attempt: goes to the provider wherever it takes an idempotency key or a reference of ours. */
  readonly runId: string;
  /** Fits the declaration's schema. */
  readonly input: unknown;
  /** null for an action whose subject is the account. */
  readonly subject: ActionSubject | null;
  /** When the run was planned: the start of the time in which a look-up has to search. */
  readonly plannedAt: Date;
}

export interface ActionDone {
  readonly runId: string;
  readonly status: 'done';
  /** The provider's id of what was made or sent; null: it gives none. */
  readonly reference: string | null;
  /** The action had been done already, or the state was so before: no call changed anything. */
  readonly already: boolean;
  /** More to show to a person, for example a link. */
  readonly detail: Json;
}

/** The provider's rules forbid it (opted out, not a marketing contact): not an error, and nothing to repeat. */
export interface ActionWithheld {
  readonly runId: string;
  readonly status: 'withheld';
  readonly code: string;
  readonly message: string;
}

export interface ActionFailed {
  readonly runId: string;
  readonly status: 'failed';
  readonly error: DeliveryError;
}

export type ActionResult = ActionDone | ActionWithheld | ActionFailed;

/** What the provider says of a run whose call got no answer. */
export type ActionLookUp =
  | ActionDone
  | { readonly runId: string; readonly status: 'not_done' }
  /** It cannot be told, for example because the provider's search lags; asked again later. */
  | { readonly runId: string; readonly status: 'undecided'; readonly message: string };
