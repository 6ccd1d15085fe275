import { compileFunction } from 'node:vm';
import { ownValue } from '../profiles/own-value.js';
import type { EventQueries } from './event-query.js';
import { fold } from './fold.js';
import { type Code, type CodeContext, codeOf } from './generate.js';
import { matchesGlob } from './glob.js';
import { leafOf, type LeafContext, zoneOf } from './leaf.js';
import { isDrawn } from './random-draw.js';
import { isGroup, partsOfGroup, type Rule, type RuleGroup, type RuleNode } from './rule.js';
import { noEvents, type RuleSubject } from './subject.js';
import type { Outlook } from './time-test.js';

/** What compiling a rule needs to know beside it. */
export interface RuleEnvironment extends Omit<LeafContext, 'zone'> {
  /** The zone of rules without one. */
  readonly timeZone: string;
  /** Where the compiled rule finds the answers to its event queries. */
  readonly queries: Pick<EventQueries, 'slotOf'>;
  /** By `percentileKey`; read at each evaluation, so that a refreshed threshold counts at once. A missing one is met by nobody. */
  readonly thresholds: ReadonlyMap<string, number>;
}

/** A rule as fast as if somebody had written it by hand. Neither function throws, whatever the profile holds. */
export interface CompiledRule {
  readonly holds: (subject: RuleSubject, nowMs: number) => boolean;
  /** The answer together with how long it stands, see `Outlook`, `answerOf` and `nextChangeAtMs`. */
  readonly outlook: (subject: RuleSubject, nowMs: number) => Outlook;
}

export const answerOf = (outlook: Outlook): boolean => outlook > 0;

/** The earliest moment at which the answer could change without new data, always later than now; null: never. */
export const nextChangeAtMs = (outlook: Outlook): number | null =>
  Number.isFinite(outlook) ? Math.abs(outlook) : null;

/**
 * Compiles a rule once, for a great many evaluations. The code is generated, so that the engine can optimise each rule for itself:
 * a tree of closures would share its call sites with all other rules.
 */
export function compileRule(rule: Rule, environment: RuleEnvironment): CompiledRule {
  const constants: object[] = [];
  const zone = zoneOf(rule, environment.timeZone);
  const context: CodeContext = {
    zone,
    slotOf: (query) => environment.queries.slotOf(query),
    keep: (constant) => `k${constants.push(constant) - 1}`,
  };
  const { holds, outlook } = nodeCode(rule, { ...environment, zone }, context);
  const declared = constants.map((_constant, index) => `const k${index} = constants[${index}];`).join('\n');
  const body = (answer: string): string =>
    `(s, n) => { const p = s.profile, a = p.attributes, g = s.aggregates; let v; return ${answer}; }`;
  const source = `"use strict";
    const { own, fold, matchesGlob, hasAny, isDrawn, memberFor, noEvents } = tools;
    ${declared}
    return { holds: ${body(holds)}, outlook: ${body(outlook ?? forEver(holds))} };`;
  const make = compileFunction(source, ['constants', 'tools', 'thresholds']) as MakeRule;
  return make(constants, tools, environment.thresholds);
}

type MakeRule = (
  constants: readonly object[],
  tools: object,
  thresholds: RuleEnvironment['thresholds'],
) => CompiledRule;

const tools = { own: ownValue, fold, matchesGlob, hasAny, isDrawn, memberFor, noEvents };

function hasAny(list: readonly string[], wanted: ReadonlySet<string>): boolean {
  for (const item of list) if (wanted.has(item)) return true;
  return false;
}

/** In a segment for a while: from some moment on, unless it leaves. */
function memberFor(enteredAtMs: number | undefined, forMs: number, nowMs: number): Outlook {
  if (enteredAtMs === undefined) return -Infinity;
  return nowMs >= enteredAtMs + forMs ? Infinity : -(enteredAtMs + forMs);
}

const forEver = (holds: string): string => `(${holds} ? Infinity : -Infinity)`;

function nodeCode(node: RuleNode, leaves: LeafContext, context: CodeContext): Code {
  if (!isGroup(node)) return codeOf(leafOf(node, leaves), context);
  const parts = partsOfGroup(node).map((part) => nodeCode(part, leaves, context));
  return groupCode(node, parts);
}

/** The parts that the clock leaves alone come first: where they decide, nobody asks for the others' outlook. */
function groupCode(group: RuleGroup, parts: readonly Code[]): Code {
  const still = parts.filter(({ outlook }) => outlook === null);
  const moving = parts.flatMap(({ outlook }) => outlook ?? []);
  if ('all' in group) {
    const least = moving.length === 1 ? moving.join() : `Math.min(${moving.join(', ')})`;
    return { holds: every(parts), outlook: moving.length === 0 ? null : `(${every(still)} ? ${least} : -Infinity)` };
  }
  const most = moving.length === 1 ? moving.join() : `Math.max(${moving.join(', ')})`;
  const outlook = moving.length === 0 ? null : `(${some(still)} ? Infinity : ${most})`;
  if ('any' in group) return { holds: some(parts), outlook };
  return { holds: `!${some(parts)}`, outlook: outlook === null ? null : `-${outlook}` };
}

const every = (parts: readonly Code[]): string => `(${parts.map(({ holds }) => holds).join(' && ') || 'true'})`;
const some = (parts: readonly Code[]): string => `(${parts.map(({ holds }) => holds).join(' || ') || 'false'})`;
