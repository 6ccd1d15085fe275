import { z } from 'zod';
import type { ActionDeclaration, ActionResult } from '../../action.js';
import { addressOf, done, type MailchimpAction } from './action.js';

const segmentInput = z.strictObject({
  segment: z.string().trim().min(1).max(100).describe('Name of the static segment'),
});

const plain = {
  input: segmentInput,
  nature: 'repeatable',
  subject: 'record',
  consent: null,
  scopes: [],
  batchSize: 500,
} as const;

/** All runs of one segment in one call. */
const segmentAction = (declaration: ActionDeclaration, isIn: boolean): MailchimpAction => ({
  declaration,
  async perform({ segments }, requests) {
    const changes = requests.map((request) => {
      const { segment } = segmentInput.parse(request.input);
      // The failures come back by this id.
      return { profileId: request.runId, email: addressOf(request), segment, isIn };
    });
    const failures = await segments.carryOut(changes);
    return requests.map((request): ActionResult => {
      const error = failures.get(request.runId);
      return error === undefined ? done(request) : { runId: request.runId, status: 'failed', error };
    });
  },
});

export const addToSegment = segmentAction(
  {
    ...plain,
    id: 'segment.add',
    title: 'Add to a static segment',
    description: 'The contact joins a static segment, which is made when the audience does not have it yet.',
  },
  true,
);

export const removeFromSegment = segmentAction(
  {
    ...plain,
    id: 'segment.remove',
    title: 'Remove from a static segment',
    description: 'The contact leaves a static segment.',
  },
  false,
);
