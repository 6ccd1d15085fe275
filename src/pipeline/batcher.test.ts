import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batcher, OverloadedError, type Pending } from './batcher.js';

type Numbers = readonly Pending<number, string>[];

/** A batcher whose batches end when the test says so. */
function held(options: { readonly largest?: number; readonly atOnce?: number; readonly mostWaiting?: number } = {}) {
  const runs: { readonly items: readonly number[]; readonly end: () => void; readonly fail: (e: Error) => void }[] = [];
  const batcher = new Batcher<number, string>({
    largest: 3,
    atOnce: 2,
    mostWaiting: 100,
    ...options,
    run: (batch: Numbers) =>
      new Promise((resolve, reject) => {
        runs.push({
          items: batch.map(({ item }) => item),
          end: () => {
            for (const pending of batch) pending.resolve(`done ${String(pending.item)}`);
            resolve();
          },
          fail: reject,
        });
      }),
  });
  return { batcher, runs, items: () => runs.map((run) => run.items) };
}

describe('a batcher', () => {
  it('takes what arrives in one turn of the event loop as one batch', async () => {
    const { batcher, runs, items } = held();
    const answers = [batcher.submit(1), batcher.submit(2)];
    await turn();
    expect(items()).toEqual([[1, 2]]);
    runs[0]?.end();
    expect(await Promise.all(answers)).toEqual(['done 1', 'done 2']);
  });

  it('lets what arrives meanwhile wait, and takes it as the next batch, in order', async () => {
    const { batcher, runs, items } = held({ atOnce: 1 });
    for (const n of [1, 2]) void batcher.submit(n);
    await turn();
    for (const n of [3, 4, 5, 6]) void batcher.submit(n);
    await turn();
    expect(items()).toEqual([[1, 2]]);
    runs[0]?.end();
    await turn();
    await turn();
    expect(items()).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
  });

  it('turns a sender away when too much waits, and keeps what it has taken', async () => {
    const { batcher, runs } = held({ mostWaiting: 2, atOnce: 1 });
    const taken = [batcher.submit(1), batcher.submit(2)];
    await expect(batcher.submit(3)).rejects.toBeInstanceOf(OverloadedError);
    await turn();
    runs[0]?.end();
    expect(await Promise.all(taken)).toEqual(['done 1', 'done 2']);
    void batcher.submit(4);
    await turn();
    expect(runs).toHaveLength(2);
  });

  it('tells the senders of a batch that fails, and goes on with the next', async () => {
    const { batcher, runs, items } = held({ atOnce: 1 });
    const failing = expect(batcher.submit(1)).rejects.toThrow('broken');
    await turn();
    const next = batcher.submit(2);
    runs[0]?.fail(new Error('broken'));
    await failing;
    await turn();
    expect(items()).toEqual([[1], [2]]);
    runs[1]?.end();
    expect(await next).toBe('done 2');
  });

  it('is idle once everything is settled, and not before', async () => {
    const { batcher, runs } = held({ atOnce: 1, largest: 1 });
    await batcher.idle();
    void batcher.submit(1);
    void batcher.submit(2);
    let idle = false;
    const waiting = batcher.idle().then(() => (idle = true));
    await turn();
    runs[0]?.end();
    await turn();
    await turn();
    expect(idle).toBe(false);
    runs[1]?.end();
    await waiting;
  });

  it('settles every item exactly once, in batches no larger and no more at once than allowed, in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 3 }),
        async (pauses, largest, atOnce) => {
          let running = 0;
          let mostRunning = 0;
          const started: number[] = [];
          const sizes: number[] = [];
          const batcher = new Batcher<number, number>({
            largest,
            atOnce,
            mostWaiting: 1_000,
            run: async (batch) => {
              mostRunning = Math.max(mostRunning, (running += 1));
              sizes.push(batch.length);
              started.push(...batch.map(({ item }) => item));
              await turn();
              for (const pending of batch)
                if (pending.item % 5 === 4) pending.reject(new Error(String(pending.item)));
                else pending.resolve(pending.item);
              running -= 1;
              if (batch.length === 2) throw new Error('after all were settled');
            },
          });
          const answers: Promise<PromiseSettledResult<number>[]>[] = [];
          for (const [n, pause] of pauses.entries()) {
            answers.push(Promise.allSettled([batcher.submit(n)]));
            for (let turns = 0; turns < pause; turns += 1) await turn();
          }
          const settled = (await Promise.all(answers)).flat();
          await batcher.idle();
          expect(started).toEqual(pauses.map((_pause, n) => n));
          expect(settled.map(({ status }) => status)).toEqual(
            pauses.map((_pause, n) => (n % 5 === 4 ? 'rejected' : 'fulfilled')),
          );
          expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(largest);
          expect(mostRunning).toBeLessThanOrEqual(atOnce);
        },
      ),
      { numRuns: 60 },
    );
  });
});
