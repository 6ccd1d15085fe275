import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Step, stepSchema } from '../definition/step.js';
import { advance } from './advance.js';
import { compileSteps, DuplicateStepError } from './program.js';
import type { ActionFinding, Advance, RunFacts, Standing, TriggerPlan } from './run-facts.js';

const startMs = Date.parse('2026-11-30T10:00:00Z');
const hour = 3_600_000;
const never = -Infinity;

const planOf = (steps: readonly Step[], more: Partial<TriggerPlan> = {}): TriggerPlan => ({
  key: 'test',
  program: compileSteps(steps),
  usefulForMs: 72 * hour,
  consentsOf: () => [],
  ...more,
});
const factsAt = (nowMs: number, more: Partial<RunFacts> = {}): RunFacts => ({
  nowMs,
  profileId: '01a22c1b-c889-73ba-b7f5-5d2f721bf6db',
  attributes: {},
  zone: 'UTC',
  condition: null,
  answer: () => never,
  exits: [],
  isRevoked: () => false,
  awaitedAtMs: null,
  action: null,
  allowed: () => ({ atMs: nowMs, code: null, reason: null }),
  ...more,
});
const steps = (...written: unknown[]): Step[] => written.map((each) => stepSchema.parse(each));
const act = (id: string, onFailure?: unknown) => ({
  id,
  do: { destination: 'crm', action: id },
  ...(onFailure !== undefined && { onFailure }),
});
const done = (atMs: number): ActionFinding => ({ status: 'done', code: null, reason: null, finishedAtMs: atMs });

/** Plays a run with a clock that jumps to whatever it waits for; each action is done at once. Returns what it did and when. */
function play(
  plan: TriggerPlan,
  lateMs = 0,
): { readonly did: readonly [step: string, atMs: number][]; readonly end: Advance } {
  const did: [string, number][] = [];
  let standing: Standing = { status: 'planned', step: plan.program.start, stepAtMs: startMs };
  let nowMs = startMs + lateMs;
  let action: ActionFinding | null = null;
  for (let looks = 0; looks < 1_000; looks += 1) {
    const to: Advance = advance(standing, plan, factsAt(nowMs, { action }));
    action = null;
    if (!('order' in to)) return { did, end: to };
    if (to.order !== null) {
      did.push([to.step, nowMs]);
      action = done(nowMs);
    } else nowMs = Math.max(nowMs, to.dueAtMs ?? nowMs) + lateMs;
    standing = { status: to.status, step: to.step, stepAtMs: to.stepAtMs };
  }
  throw new Error('it does not end');
}

describe('a run', () => {
  it('does its steps in order, each wait counted from when the one before was due', () => {
    const plan = planOf(
      steps(act('one'), { wait: { for: { hours: 2 } } }, act('two'), { wait: { for: { days: 1 } } }, act('three')),
    );
    const { did, end } = play(plan);
    expect(did).toEqual([
      ['one', startMs],
      ['two', startMs + 2 * hour],
      ['three', startMs + 26 * hour],
    ]);
    expect(end).toMatchObject({ status: 'done', step: null });
  });

  it('does not let small delays add up', () => {
    const plan = planOf(
      steps(...Array.from({ length: 10 }, () => [{ wait: { for: { hours: 1 } } }]).flat(), act('end')),
    );
    const [[, at] = ['', 0]] = play(plan, 500).did;
    expect(at).toBeGreaterThanOrEqual(startMs + 10 * hour);
    expect(at).toBeLessThanOrEqual(startMs + 10 * hour + 1_000);
  });

  it('ends where it is told to, and looks at exits before anything else', () => {
    const plan = planOf(steps(act('one'), { exit: 'enough' }, act('two')));
    expect(play(plan)).toMatchObject({ did: [['one', startMs]], end: { status: 'exited', reason: 'enough' } });
    const facts = factsAt(startMs, { exits: [{ outlook: Infinity, text: 'bought' }] });
    const standing = { status: 'planned', step: 'one', stepAtMs: startMs } as const;
    expect(advance(standing, plan, facts)).toMatchObject({ status: 'exited', reason: 'bought' });
  });

  it('wakes when an exit could come true by the clock alone', () => {
    const plan = planOf(steps({ id: 'pause', wait: { for: { days: 9 } } }, act('one')));
    const exits = [{ outlook: -(startMs + hour), text: 'too old' }];
    const standing = { status: 'planned', step: 'pause', stepAtMs: startMs } as const;
    expect(advance(standing, plan, factsAt(startMs, { exits }))).toMatchObject({ dueAtMs: startMs + hour });
  });

  it('is cancelled by a withdrawal only when nothing is left that would be allowed', () => {
    const two = steps({ id: 'pause', wait: { for: { days: 1 } } }, act('mail'), act('list'));
    const purposeOf = (needs: Readonly<Record<string, readonly 'email'[]>>) =>
      planOf(two, { consentsOf: (order) => ('action' in order ? (needs[order.action.action] ?? []) : []) });
    const revoked = factsAt(startMs, { isRevoked: (purpose) => purpose === 'email' });
    const standing = { status: 'waiting', step: 'pause', stepAtMs: startMs } as const;
    expect(advance(standing, purposeOf({ mail: ['email'] }), revoked)).toMatchObject({ status: 'waiting' });
    expect(advance(standing, purposeOf({ mail: ['email'], list: ['email'] }), revoked)).toMatchObject({
      status: 'cancelled',
      code: 'CONSENT_WITHDRAWN',
    });
  });
});

describe('what follows from an action', () => {
  const outcome = (status: ActionFinding['status'], onFailure?: unknown) => {
    const plan = planOf(steps(act('one', onFailure), act('two')));
    const action = { status, code: 'X', reason: 'said so', finishedAtMs: startMs + 1 };
    return advance({ status: 'acting', step: 'one', stepAtMs: startMs }, plan, factsAt(startMs + 2, { action }));
  };
  const instead = { do: { destination: 'crm', action: 'other' } };

  it.each([
    ['done', undefined, { status: 'acting', step: 'two' }],
    ['failed', undefined, { status: 'failed', code: 'X', reason: 'said so' }],
    ['withheld', undefined, { status: 'held_back' }],
    ['too_late', undefined, { status: 'held_back' }],
    ['unknown', undefined, { status: 'unknown' }],
    ['failed', 'continue', { status: 'acting', step: 'two' }],
    ['withheld', 'continue', { status: 'acting', step: 'two' }],
    ['unknown', 'continue', { status: 'acting', step: 'two' }],
    ['failed', instead, { status: 'acting', step: 'one.instead' }],
    ['withheld', instead, { status: 'acting', step: 'one.instead' }],
    ['unknown', instead, { status: 'unknown' }],
    ['cancelled', 'continue', { status: 'cancelled' }],
  ] as const)('that was %s, with %o', (status, onFailure, expected) => {
    expect(outcome(status, onFailure)).toMatchObject(expected);
  });

  it('is waited for as long as it is under way', () => {
    const plan = planOf(steps(act('one')));
    const action = { status: 'sending', code: null, reason: null, finishedAtMs: null } as const;
    const to = advance({ status: 'acting', step: 'one', stepAtMs: startMs }, plan, factsAt(startMs, { action }));
    expect(to).toMatchObject({ status: 'acting', step: 'one', order: null, dueAtMs: null });
  });
});

describe('whatever the steps', () => {
  const { step } = fc.letrec<{ step: object; steps: object[] }>((tie) => ({
    steps: fc.array(tie('step'), { maxLength: 4 }),
    step: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constant(null).map(() => ({ do: { destination: 'crm', action: 'x' } })),
      fc.integer({ min: 1, max: 50 }).map((hours) => ({ wait: { for: { hours } } })),
      tie('steps').map((timedOut) => ({
        wait: { until: { event: { names: ['never'] } }, atMost: { hours: 5 } },
        timedOut,
      })),
      fc
        .tuple(tie('steps'), tie('steps'))
        .map(([one, other]) => ({ branch: [{ if: { any: [] }, steps: one }], otherwise: other })),
      fc.tuple(tie('steps'), tie('steps')).map(([one, other]) => ({
        split: [
          { name: 'one', percent: 30, steps: one },
          { name: 'other', percent: 70, steps: other },
        ],
      })),
    ),
  }));
  const anySteps = fc.array(step, { minLength: 1, maxLength: 6 }).map((written) => steps(...written));

  it('a run ends, does no step twice, and never goes back in time', () => {
    fc.assert(
      fc.property(anySteps, fc.constantFrom(0, 1_000, 30_000), (written, lateMs) => {
        const { did, end } = play(planOf(written, { usefulForMs: Infinity }), lateMs);
        expect(end.status).toBe('done');
        expect(new Set(did.map(([id]) => id)).size).toBe(did.length);
        expect(did.map(([, at]) => at)).toEqual(did.map(([, at]) => at).toSorted((left, right) => left - right));
      }),
    );
  });

  it('each has a name of its own', () => {
    fc.assert(
      fc.property(anySteps, (written) => {
        const { steps: compiled } = compileSteps(written);
        for (const [id, step] of compiled) expect(step.id).toBe(id);
        expect(compiled.size).toBeGreaterThanOrEqual(written.length);
      }),
    );
    expect(() => compileSteps(steps(act('one'), act('one')))).toThrow(DuplicateStepError);
  });
});
