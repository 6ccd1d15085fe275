import { Problem } from '../observability/problem.js';
import { OverloadedError } from './batcher.js';
import { EventRejectedError, PipelineUnavailableError } from './pipeline-errors.js';

/** What the pipeline throws, as an answer; null: it is none of its errors. */
export function pipelineProblem(error: unknown): Problem | null {
  if (error instanceof EventRejectedError)
    return new Problem(
      422,
      'The event cannot be processed',
      'It is kept as a dead letter and can be replayed once the cause is mended. Do not send it again.',
      { deadLetter: error.deadLetterId },
    );
  if (error instanceof PipelineUnavailableError)
    return new Problem(
      503,
      'Not available now',
      'Nothing was kept. Send it again in a few seconds.',
      {},
      { 'retry-after': '5' },
    );
  if (error instanceof OverloadedError)
    return new Problem(
      503,
      'Too much to do',
      'Nothing was kept. Send it again in a few seconds.',
      {},
      { 'retry-after': '2' },
    );
  return null;
}
