/** A method that handles a job. */
export interface JobHandler {
  readonly queue: string;
  readonly job: string;
  readonly where: string;
}

/** Every job of the catalogue must have exactly one handler, and every handler a job; returns what is wrong, in a sentence each. */
export function checkHandlers(
  catalog: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  handlers: readonly JobHandler[],
): string[] {
  const wanted = Object.entries(catalog).flatMap(([queue, jobs]) => Object.keys(jobs).map((job) => ({ queue, job })));
  const counts = wanted.flatMap(({ queue, job }) => {
    const found = handlers.filter((handler) => handler.queue === queue && handler.job === job);
    if (found.length === 1) return [];
    if (found.length === 0) return [`${queue}.${job} has no handler`];
    return [`${queue}.${job} has ${found.length} handlers: ${found.map(({ where }) => where).join(', ')}`];
  });
  const strays = handlers
    .filter((handler) => !wanted.some(({ queue, job }) => handler.queue === queue && handler.job === job))
    .map(({ queue, job, where }) => `${where} handles ${queue}.${job}, which no catalogue knows`);
  return [...counts, ...strays];
}
