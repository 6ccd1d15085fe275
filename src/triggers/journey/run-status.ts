/** Where a trigger run stands. */
export const runStatuses = [
  'planned', // caused, not looked at yet
  'waiting', // for a time, for something to happen, for room in the contact policy
  'acting', // an action of it is under way
  'done', // came to its end
  'exited', // left before its end: an exit came true, or a step says so
  'held_out', // belongs to the people who get nothing, so that the effect can be measured
  'held_back', // not allowed: its condition, a consent, the contact policy, or it would have been too late
  'cancelled', // the person left the segment, withdrew, or somebody took it back
  'failed', // an action was refused: a dead letter
  'unknown', // an action got no answer, and nobody can say whether it happened: a dead letter
] as const;
export type RunStatus = (typeof runStatuses)[number];

/** Not ended. */
export const openStatuses = ['planned', 'waiting', 'acting'] as const satisfies RunStatus[];
export type EndStatus = Exclude<RunStatus, (typeof openStatuses)[number]>;
