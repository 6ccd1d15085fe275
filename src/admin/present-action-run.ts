import type { ActionRunEntity } from '../delivery/action-run.entity.js';

/** An action run as the API shows it. */
export const presentActionRun = (run: ActionRunEntity) => ({
  id: run.id,
  destination: run.destination,
  action: run.action,
  profile: run.profile_id,
  origin: run.origin,
  cause: run.cause,
  input: run.input,
  status: run.status,
  code: run.code,
  reason: run.reason,
  reference: run.reference,
  detail: run.detail,
  attempts: run.attempts,
  dueAt: run.due_at,
  plannedAt: run.planned_at,
  sentAt: run.sent_at,
  finishedAt: run.finished_at,
});
