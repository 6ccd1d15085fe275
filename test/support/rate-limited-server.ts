import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';

export interface EnforcedLimits {
  readonly calls: number;
  readonly perMs: number;
  readonly atOnce: number;
  readonly answersAfterMs: number;
}

const seen = z.object({
  arrivals: z.array(z.object({ atMs: z.number(), path: z.string() })),
  refused: z.number(),
  mostAtOnce: z.number(),
});

/** A provider that counts exactly: a true sliding window over arrivals, and requests under way. What is over the limit is a 429. */
export async function startRateLimitedServer(limits: EnforcedLimits) {
  const worker = new Worker(new URL('./rate-limited-server.worker.ts', import.meta.url), { workerData: limits });
  const [port] = (await once(worker, 'message')) as [number];
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    /** What came and was let in, in order; times since the first of them. */
    async seen() {
      const { arrivals, ...counts } = seen.parse(await (await fetch(`${origin}/_seen`)).json());
      const beganMs = arrivals[0]?.atMs ?? 0;
      return { ...counts, arrivals: arrivals.map(({ atMs, path }) => ({ path, afterMs: atMs - beganMs })) };
    },
    close: async (): Promise<void> => {
      await worker.terminate();
    },
  };
}
