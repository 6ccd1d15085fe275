import { DeliveryError } from '../../delivery-error.js';
import type { PullPage, PullRequest } from '../../remote-fact.js';
import { activityFeed } from './feed-stream.js';
import { emailActivity, unsubscribes } from './mail-streams.js';
import { engagement, members } from './member-streams.js';
import { customers, orders } from './shop-streams.js';
import type { HistoryTools, MailchimpStream } from './stream.js';

export const mailchimpHistory: readonly MailchimpStream[] = [
  members,
  engagement,
  emailActivity,
  unsubscribes,
  orders,
  customers,
  activityFeed,
];

/** One page of a stream. */
export async function pullHistory(tools: HistoryTools, request: PullRequest): Promise<PullPage> {
  const stream = mailchimpHistory.find(({ declaration }) => declaration.id === request.stream);
  if (stream !== undefined) return stream.pull(tools, request);
  throw new DeliveryError('rejected', `Mailchimp has no history called ${request.stream}`, { code: 'no_such_stream' });
}
