import { describe, expect, it } from 'vitest';
import { DeliveryError } from '../destinations/delivery-error.js';
import { type CallOutcome, countCalls, createCallGate } from './call-gate.js';

function gate(timeoutMs = 5_000) {
  const observed: CallOutcome[] = [];
  const call = createCallGate({
    limits: { batchSize: 1, parallelCalls: 5, rates: [], timeoutMs },
    nowMs: () => performance.now(),
    observe: (outcome) => observed.push(outcome),
  });
  return { call, observed };
}

const write = { operation: 'contacts.upsert', repeatable: true };
const never = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));

describe('the gate every request goes through', () => {
  it('hands back what came and notes that it went well', async () => {
    const { call, observed } = gate();
    expect(await call(write, () => Promise.resolve('answer'))).toBe('answer');
    expect(observed).toMatchObject([{ operation: 'contacts.upsert', outcome: 'ok' }]);
  });

  it.each([
    [true, 'transient'],
    [false, 'unknown'],
  ] as const)('ends a call without an answer; repeatable %s makes it %s', async (repeatable, kind) => {
    const { call, observed } = gate(20);
    let aborted = false;
    const sent = call({ operation: 'x', repeatable }, (signal) => {
      signal.addEventListener('abort', () => (aborted = true));
      return never(signal);
    });
    await expect(sent).rejects.toMatchObject({ kind, details: { code: 'TIMEOUT' } });
    expect(aborted).toBe(true);
    expect(observed).toMatchObject([{ outcome: kind }]);
  });

  it('passes a failure on as the connector said it, and makes a transient one of anything else', async () => {
    const { call, observed } = gate();
    const refused = new DeliveryError('rejected', 'no such field', { code: 'FIELD' });
    await expect(call(write, () => Promise.reject(refused))).rejects.toBe(refused);
    await expect(call(write, () => Promise.reject(new TypeError('x is undefined')))).rejects.toMatchObject({
      kind: 'transient',
      message: 'contacts.upsert failed unexpectedly: x is undefined',
      details: { code: 'UNEXPECTED' },
    });
    await expect(
      call(write, () => {
        throw new TypeError('at once');
      }),
    ).rejects.toMatchObject({ kind: 'transient' });
    expect(observed.map(({ outcome }) => outcome)).toEqual(['rejected', 'transient', 'transient']);
  });

  it('keeps the limit of the lane a call names', async () => {
    const started: string[] = [];
    const call = createCallGate({
      limits: {
        batchSize: 1,
        parallelCalls: 5,
        rates: [{ lane: 'search', calls: 1, perMs: 50 }],
        timeoutMs: 1_000,
      },
      nowMs: () => performance.now(),
      observe: () => undefined,
    });
    const send = (name: string) => () => {
      started.push(name);
      return Promise.resolve();
    };
    await Promise.all([
      call({ ...write, lane: 'search' }, send('first search')),
      call({ ...write, lane: 'search' }, send('second search')),
      call(write, send('write')),
    ]);
    expect(started).toHaveLength(3);
    expect(started.at(-1)).toBe('second search');
  });
});

describe('counting calls', () => {
  it('counts those that work made, failed ones too, and those of others not', async () => {
    const { call } = gate();
    const ok = () => call(write, () => Promise.resolve());
    const [mine, theirs] = await Promise.all([
      countCalls(() => Promise.all([ok(), ok(), call(write, () => Promise.reject(new Error('no')))])),
      countCalls(ok),
      ok(),
    ]);
    expect(mine.calls).toBe(3);
    expect(mine.result.status).toBe('rejected');
    expect(theirs).toMatchObject({ calls: 1, result: { status: 'fulfilled' } });
  });

  it('reports work that throws before it has begun like any other failure', async () => {
    const { result, calls } = await countCalls((): Promise<void> => {
      throw new Error('cannot connect');
    });
    expect(result).toMatchObject({ status: 'rejected', reason: { message: 'cannot connect' } });
    expect(calls).toBe(0);
  });
});
