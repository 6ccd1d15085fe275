/** PostgreSQL cannot be reached; nothing was kept, the caller should come again. */
export class PipelineUnavailableError extends Error {
  override readonly name = 'PipelineUnavailableError';
}

/** This one event cannot be processed; it is kept as a dead letter. */
export class EventRejectedError extends Error {
  override readonly name = 'EventRejectedError';
  constructor(
    readonly deadLetterId: string,
    message: string,
  ) {
    super(message);
  }
}
