import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Decision } from '../events/decision.js';
import type { IncomingEvent } from '../events/incoming-event.js';
import { Problem } from '../observability/problem.js';
import { Pipeline } from '../pipeline/pipeline.service.js';
import { readAgain } from './kept-request.js';
import type { RequestOutcome } from './seen-request.js';
import { SourceCare } from './source-care.service.js';
import type { SourceRequestEntity } from './source-request.entity.js';
import { SourceRequests } from './source-requests.repository.js';

/** What was done with it already would be done twice. */
const alreadyProcessed: ReadonlySet<RequestOutcome> = new Set(['processed', 'processed_late', 'replayed', 'late']);

/** Sends a kept request through the pipeline once more. */
@Injectable()
export class RequestReplay {
  constructor(
    private readonly care: SourceCare,
    private readonly requests: SourceRequests,
    private readonly pipeline: Pipeline,
  ) {}

  /**
   * It counts as having happened when it first arrived, so that it never overwrites what is newer.
   *
   * @param again also what was processed: it counts a second time
   * @throws Problem 400, 404, 409, and what the pipeline throws
   */
  async run(key: string, id: string, again: boolean): Promise<readonly Decision[]> {
    const source = this.care.active(key);
    const request = await this.care.request(key, id);
    if (!again && alreadyProcessed.has(request.outcome))
      throw new Problem(
        409,
        'It was processed already',
        'Send {"again": true} if it is to count a second time; what triggers do would be done again.',
      );
    const events = this.care.readAgain(source, request).map((event) => asReplayed(event, request, again));
    const { body: raw, query, headers } = request;
    const kept = { raw, query, idempotencyKey: headers['idempotency-key'] };
    const decisions = await Promise.all(
      events.map((incoming) => this.pipeline.submit({ source: key, incoming, ...kept })),
    );
    const hook = readAgain(kept);
    const { received_at: receivedAt } = request;
    const seen = { source: key, receivedAt, tookMs: 0, hook, raw, outcome: 'replayed', events, decisions } as const;
    await this.requests.settle(id, seen);
    return decisions;
  }
}

function asReplayed(
  event: IncomingEvent,
  { id, received_at: receivedAt }: SourceRequestEntity,
  again: boolean,
): IncomingEvent {
  const occurredAt = event.occurredAt ?? receivedAt;
  if (!again) return { ...event, occurredAt };
  const { alsoDedupe: _forgotten, ...rest } = event;
  return { ...rest, occurredAt, dedupe: { key: `replay:${id}:${uuidv7()}`, windowMs: null } };
}
