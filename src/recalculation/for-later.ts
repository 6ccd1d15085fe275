import { OverloadedError } from '../pipeline/batcher.js';
import { PipelineUnavailableError } from '../pipeline/pipeline-errors.js';

/** Nothing is wrong with the event: the pipeline cannot take it now. */
export const isForLater = (error: unknown): error is PipelineUnavailableError | OverloadedError =>
  error instanceof PipelineUnavailableError || error instanceof OverloadedError;
