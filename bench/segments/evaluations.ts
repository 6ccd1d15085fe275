import { Engine } from 'json-rules-engine';
import { compileRule } from '../../src/segments/evaluate.js';
import { EventQueries } from '../../src/segments/event-query.js';
import { ruleSchema } from '../../src/segments/rule.js';
import type { RuleSubject } from '../../src/segments/subject.js';
import { comparedRules, somePeople } from './rules.js';

export interface EvaluationFigures {
  /** Evaluations of one rule for one person, per second. */
  readonly predicatesPerSecond: number;
  /** As the pipeline asks: the answer together with the next moment at which it could change. */
  readonly outlooksPerSecond: number;
  readonly byHandPerSecond: number;
  readonly jsonRulesEnginePerSecond: number;
  readonly ratios: { readonly evaluateVsJsonRulesEngine: number; readonly evaluateVsHandWritten: number };
}

const nowMs = Date.UTC(2026, 0, 20);
const people = somePeople(1_000);

/**
 * The same rules for the same people: our predicates, predicates written by hand, json-rules-engine. In turns, so that a machine that
 * gets slower meanwhile does not decide. Fails if they do not all come to the same answers.
 */
export async function measureEvaluations(seconds = 2): Promise<EvaluationFigures> {
  const rounds = 5;
  const share = (seconds * 1_000) / rounds;
  const ours = compiled();
  const all = engine();
  const counts = [countOf(ours.holds), countOf(byHand), await countByEngine(all)];
  if (new Set(counts).size !== 1) throw new Error(`the rules do not mean the same: ${counts.join(', ')} true answers`);
  const figures = { predicates: [0], outlooks: [0], byHand: [0], engine: [0] };
  for (let round = 0; round < rounds; round += 1) {
    figures.byHand.push(perSecond(() => countOf(byHand), share));
    figures.predicates.push(perSecond(() => countOf(ours.holds), share));
    figures.outlooks.push(perSecond(() => countOf(ours.isTrue), share));
    figures.engine.push(await perSecondOf(() => countByEngine(all), share));
  }
  // The best round of each: what disturbs a round only ever makes it slower.
  const best = (rates: readonly number[]): number => Math.max(...rates);
  const predicatesPerSecond = best(figures.predicates);
  const [byHandPerSecond, jsonRulesEnginePerSecond] = [best(figures.byHand), best(figures.engine)];
  return {
    predicatesPerSecond,
    outlooksPerSecond: best(figures.outlooks),
    byHandPerSecond,
    jsonRulesEnginePerSecond,
    ratios: {
      evaluateVsJsonRulesEngine: predicatesPerSecond / jsonRulesEnginePerSecond,
      evaluateVsHandWritten: predicatesPerSecond / byHandPerSecond,
    },
  };
}

type Predicate = (subject: RuleSubject, atMs: number) => boolean;

const byHand: readonly Predicate[] = comparedRules.map((each) => each.byHand);

function compiled() {
  const queries = new EventQueries();
  const rules = comparedRules.map(({ rule }) =>
    compileRule(ruleSchema.parse({ version: 1, ...rule }), {
      timeZone: 'UTC',
      salt: 'bench',
      queries,
      thresholds: new Map(),
    }),
  );
  return {
    holds: rules.map((each) => each.holds),
    isTrue: rules.map(
      ({ outlook }): Predicate =>
        (subject, atMs) =>
          outlook(subject, atMs) > 0,
    ),
  };
}

/** Every rule for everybody; how often it was true. */
function countOf(predicates: readonly Predicate[]): number {
  let count = 0;
  for (const predicate of predicates) for (const subject of people) if (predicate(subject, nowMs)) count += 1;
  return count;
}

function engine(): Engine {
  const rules = comparedRules.map(({ conditions }, index) => ({ conditions, event: { type: `rule ${index}` } }));
  return new Engine(rules, { allowUndefinedFacts: true });
}

async function countByEngine(all: Engine): Promise<number> {
  let count = 0;
  for (const { profile, aggregates } of people) {
    const { attributes, tags, consents, segments } = profile;
    const facts = { attributes, tags, consents, segmentKeys: Object.keys(segments), orders: aggregates[0] };
    count += (await all.run(facts)).events.length;
  }
  return count;
}

const evaluations = comparedRules.length * people.length;

function perSecond(run: () => number, forMs: number): number {
  const started = performance.now();
  let runs = 0;
  for (; performance.now() - started < forMs; runs += 1) run();
  return (runs * evaluations * 1_000) / (performance.now() - started);
}

async function perSecondOf(run: () => Promise<number>, forMs: number): Promise<number> {
  const started = performance.now();
  let runs = 0;
  for (; performance.now() - started < forMs || runs === 0; runs += 1) await run();
  return (runs * evaluations * 1_000) / (performance.now() - started);
}
