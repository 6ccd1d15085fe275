import { DeliveryError } from '../../delivery-error.js';
import type { PullPage, PullRequest } from '../../remote-fact.js';
import type { Tools } from '../write-plan.js';
import { eventsStream, tasksStream } from './activities-stream.js';
import { campaignsStream } from './campaigns-stream.js';
import { casesStream } from './cases-stream.js';
import { changesStream } from './changes-stream.js';
import { conversionsStream } from './conversions-stream.js';
import { consentsStream } from './consents-stream.js';
import type { SalesforceStream } from './history-stream.js';
import { opportunitiesStream } from './opportunities-stream.js';

export { derives } from './derived.js';

/** What Parley reads of an org, in the order in which it is offered. */
const streams: readonly SalesforceStream[] = [
  changesStream,
  consentsStream,
  opportunitiesStream,
  casesStream,
  tasksStream,
  eventsStream,
  campaignsStream,
  conversionsStream,
];

export const history = streams.map(({ declaration }) => declaration);

/** @throws DeliveryError `rejected` for a stream that was never declared */
export async function pullStream(tools: Tools, request: PullRequest): Promise<PullPage> {
  const stream = streams.find(({ declaration }) => declaration.id === request.stream);
  if (stream === undefined)
    throw new DeliveryError('rejected', `Salesforce has no history called ${request.stream}`, {
      code: 'NO_SUCH_STREAM',
    });
  return stream.pull(tools, request);
}
