import { z } from 'zod';

/**
 * Every job there is: queue → job name → what it carries. A job is only a wake-up that says where to look; what is due stands in
 * PostgreSQL. At start every name must have exactly one handler.
 */
export const jobCatalog = {
  delivery: {
    drain: z.object({ destination: z.string() }),
    resync: z.object({ destination: z.string() }),
  },
  enrichment: {
    pull: z.object({ destination: z.string(), stream: z.string() }),
  },
  recalculation: {
    recheck: z.object({}),
    backfill: z.object({}),
    refresh: z.object({}),
    rfm: z.object({}),
    round: z.object({}),
  },
  triggers: {
    advance: z.object({}),
  },
  maintenance: {
    sweep: z.object({}),
    housekeeping: z.object({}),
  },
} as const satisfies Record<string, Record<string, z.ZodType>>;

export type QueueName = keyof typeof jobCatalog;
export const queueNames = Object.keys(jobCatalog) as QueueName[];
