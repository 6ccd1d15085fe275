import type { Member, WritableStatus } from './account.js';
import { problems } from './problem.js';

type Memory = Pick<Member, 'status' | 'statusBeforeArchive' | 'unsubscribedBy' | 'underReview'>;

/** Who asks for the change: the API, or the person through a page of Mailchimp's. */
export type Actor = 'api' | 'contact';

/**
 * What a contact's state becomes when a status is asked for. Mailchimp protects only those who opted out themselves,
 * bounced or are under review; somebody whom an API or a colleague unsubscribed is subscribed again without a word.
 *
 * @throws Problem `Member In Compliance State`
 */
export function withStatus(email: string, before: Memory, wanted: WritableStatus, actor: Actor): Memory {
  if (wanted === 'subscribed' && actor === 'api' && isProtected(before)) throw problems.compliance(email);
  return {
    status: wanted,
    statusBeforeArchive: null,
    unsubscribedBy: optedOutBy(before, wanted, actor),
    underReview: before.underReview,
  };
}

export function archived(before: Memory): Memory {
  if (before.status === 'archived' || before.status === 'cleaned' || before.status === 'pending')
    throw problems.cannotArchive();
  return { ...before, status: 'archived', statusBeforeArchive: before.status };
}

function isProtected(before: Memory): boolean {
  const status = before.status === 'archived' ? before.statusBeforeArchive : before.status;
  return before.underReview || status === 'cleaned' || before.unsubscribedBy === 'contact';
}

/** A person's own opt-out outlives everything but a new sign-up of theirs. */
function optedOutBy(before: Memory, wanted: WritableStatus, actor: Actor): Memory['unsubscribedBy'] {
  if (wanted === 'subscribed') return null;
  if (wanted !== 'unsubscribed') return before.unsubscribedBy;
  return before.unsubscribedBy === 'contact' ? 'contact' : actor;
}
