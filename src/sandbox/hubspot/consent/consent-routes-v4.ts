import { z } from 'zod';
import type { Account } from '../account.js';
import { parsedBody } from '../body.js';
import { invalid } from '../problem.js';
import { type Answer, type Call, ok, type Route } from '../route.js';
import type { Consents, Reason, Standing } from './consents.js';
import { legalBases } from './subscription.js';

const base = '/communication-preferences/v4';
const read = ['communication_preferences.read', 'communication_preferences.read_write'];
const write = ['communication_preferences.write', 'communication_preferences.read_write'];
const batchRead = ['communication_preferences.statuses.batch.read'];
const batchWrite = ['communication_preferences.statuses.batch.write'];
const source = 'API';

const statusSchema = z.object({
  subscriptionId: z.coerce.string(),
  statusState: z.enum(['SUBSCRIBED', 'UNSUBSCRIBED', 'NOT_SPECIFIED']),
  channel: z.literal('EMAIL'),
  legalBasis: z.enum(legalBases).optional(),
  legalBasisExplanation: z.string().optional(),
});
const statusesSchema = z.object({ inputs: z.array(statusSchema.extend({ subscriberIdString: z.string() })) });
const addressesSchema = z.object({ inputs: z.array(z.string()) });
type Status = z.infer<typeof statusSchema>;

const address = (text: string): string => text.trim().toLowerCase();

/** Subscriptions by address. It re-subscribes whoever it is told to. */
export function consentRoutesV4(account: Account, consents: Consents): Route[] {
  const enveloped = (results: readonly unknown[]): Answer =>
    ok({ status: 'COMPLETE', results, startedAt: account.now(), completedAt: account.now() });
  const set = (email: string, { subscriptionId, statusState, ...basis }: Status, call: Call): object => {
    const wish = { email, subscriptionId, state: statusState, source, ...basis };
    const { reason, standing } = consents.set(wish, call.origin);
    return statusAnswer(email, standing, reason);
  };
  const statusesOf = (email: string, reason?: Reason): object[] =>
    consents.standings(email).map((standing) => statusAnswer(email, standing, reason));
  const wideOf = (email: string): object[] => {
    const optOut = consents.optOut(email);
    if (optOut === undefined) return [];
    const status = { channel: 'EMAIL', status: 'UNSUBSCRIBED', wideStatusType: 'PORTAL_WIDE' };
    return [{ subscriberIdString: email, ...status, timestamp: optOut.timestamp }];
  };
  const optOutOfAll = (email: string, call: Call): object[] => {
    consents.unsubscribeAll(email, call.origin);
    return call.query.verbose === 'true' ? statusesOf(email, 'UNSUBSCRIBE_FROM_ALL_OCCURRED') : [];
  };
  const emailOf = (call: Call): string => {
    checkChannel(call);
    return address(call.params.email ?? '');
  };
  const each = (call: Call): string[] => {
    checkChannel(call);
    return parsedBody(addressesSchema, call.body).inputs.map(address);
  };
  const route = (
    method: Route['method'],
    path: string,
    scopes: readonly string[],
    handle: (call: Call) => Answer,
  ): Route => ({ method, path: base + path, scopes, handle });
  return [
    route('GET', '/definitions', read, () => enveloped(account.data.subscriptionTypes)),
    route('GET', '/statuses/:email', read, (call) => enveloped(statusesOf(emailOf(call)))),
    route('POST', '/statuses/:email', write, (call) =>
      enveloped([set(address(call.params.email ?? ''), parsedBody(statusSchema, call.body), call)]),
    ),
    route('GET', '/statuses/:email/unsubscribe-all', read, (call) => enveloped(wideOf(emailOf(call)))),
    route('POST', '/statuses/:email/unsubscribe-all', write, (call) => enveloped(optOutOfAll(emailOf(call), call))),
    route('POST', '/statuses/batch/read', batchRead, (call) =>
      enveloped(each(call).map((email) => ({ subscriberIdString: email, statuses: statusesOf(email) }))),
    ),
    route('POST', '/statuses/batch/write', batchWrite, (call) =>
      enveloped(
        parsedBody(statusesSchema, call.body).inputs.map(({ subscriberIdString, ...status }) =>
          set(address(subscriberIdString), status, call),
        ),
      ),
    ),
    route('POST', '/statuses/batch/unsubscribe-all', batchWrite, (call) =>
      enveloped(each(call).map((email) => ({ subscriberIdString: email, statuses: optOutOfAll(email, call) }))),
    ),
    route('POST', '/statuses/batch/unsubscribe-all/read', batchRead, (call) =>
      enveloped(each(call).map((email) => ({ subscriberIdString: email, wideStatuses: wideOf(email) }))),
    ),
  ];
}

function checkChannel({ query }: Call): void {
  if (query.channel !== 'EMAIL') throw invalid('The query parameter channel is required: EMAIL is the only channel.');
}

/** The subscription's id is a number here, and text everywhere else. */
function statusAnswer(email: string, { type, state, kept, timestamp }: Standing, reason?: Reason): object {
  return {
    subscriberIdString: email,
    channel: 'EMAIL',
    subscriptionId: Number(type.id),
    subscriptionName: type.name,
    status: state,
    source: kept?.source ?? '',
    timestamp,
    ...(kept?.legalBasis === undefined ? {} : { legalBasis: kept.legalBasis }),
    ...(kept?.legalBasisExplanation === undefined ? {} : { legalBasisExplanation: kept.legalBasisExplanation }),
    ...(reason === undefined ? {} : { setStatusSuccessReason: reason }),
  };
}
