import { describeCondition, describeRule, durationText } from '../../segments/describe.js';
import type { Duration } from '../../segments/duration.js';
import type { EventSelection } from '../../segments/condition.js';
import { isGroup, partsOfGroup, type Rule } from '../../segments/rule.js';
import type { Cause } from './cause.js';
import type { ActionInTrigger, Step, Until, WaitFor } from './step.js';
import type { Trigger } from './trigger.js';

/** A trigger in plain English, one thing a line; what belongs to a step is indented. */
export function describeTrigger(trigger: Trigger): string {
  const { when, if: condition, steps, exitWhen, holdout, reEntry } = trigger;
  return [
    `When ${causeText(when)}:`,
    ...(condition === undefined ? [] : [`only if ${ruleText(condition)}`]),
    ...stepLines(steps, ''),
    ...exitWhen.map(
      (exit) => `Leave at once when ${'rule' in exit ? ruleText(exit.rule) : `${eventText(exit.event)} happens`}.`,
    ),
    ...(holdout === 0 ? [] : [`${String(holdout)} % get nothing, to measure the effect.`]),
    ...(reEntry === 'always'
      ? []
      : [reEntry === 'once' ? 'Once ever.' : `Not again within ${durationText(reEntry.after)}.`]),
  ].join('\n');
}

function causeText(when: Cause): string {
  if ('schedule' in when) {
    const { at, on, dayOfMonth } = when.schedule;
    const days =
      dayOfMonth === undefined ? (on?.join(', ') ?? 'every day') : `on day ${String(dayOfMonth)} of each month`;
    return `it is ${at} (${days}), for everybody in the segment ${when.segment}`;
  }
  if ('segment' in when) return `somebody ${when.does === 'enter' ? 'enters' : 'leaves'} the segment ${when.segment}`;
  if ('event' in when) return `${eventText(when.event)} happens`;
  if ('date' in when) {
    const { before, after, at, yearly } = when;
    const time = at === undefined ? '' : ` at ${at}`;
    return `it is ${offsetText(before, after)}${when.date}${time}${yearly ? ', every year' : ''}`;
  }
  if (when.level !== undefined)
    return `the score ${when.score} ${when.does === 'leave' ? 'leaves' : 'reaches'} "${when.level}"`;
  return when.rises === undefined
    ? `the score ${when.score} falls below ${String(when.falls)}`
    : `the score ${when.score} rises to ${String(when.rises)}`;
}

const offsetText = (before?: Duration, after?: Duration): string => {
  if (before !== undefined) return `${durationText(before)} before `;
  return after === undefined ? 'the day of ' : `${durationText(after)} after `;
};

const eventText = ({ names, where }: EventSelection): string => {
  const filters = where?.map((each) => `${each.property} ${each.operator}`).join(' and ');
  return `${names === undefined ? 'any event' : `the event ${names.join(' or ')}`}${filters === undefined ? '' : ` where ${filters}`}`;
};

/** A rule of one condition in its own words, a larger one as a whole. */
function ruleText(rule: Rule): string {
  const parts = partsOfGroup(rule);
  const [only] = parts;
  if (only !== undefined && parts.length === 1 && !isGroup(only) && !('none' in rule)) return describeCondition(only);
  return describeRule(rule).replaceAll(/\s*\n\s*-?\s*/g, ' ');
}

function stepLines(steps: readonly Step[], indent: string): string[] {
  return steps.flatMap((step, index) => {
    const [first = '', ...rest] = linesOf(step);
    return [`${indent}${String(index + 1)}. ${first}`, ...rest.map((line) => `${indent}   ${line}`)];
  });
}

function linesOf(step: Step): string[] {
  if ('do' in step) return [`${actionText(step.do)}${failureText(step.onFailure)}`];
  if ('handOff' in step)
    return [
      `hand over to a person at ${step.handOff.destination}: "${step.handOff.title}"${failureText(step.onFailure)}`,
    ];
  if ('exit' in step) return [`end: ${step.exit}`];
  if ('wait' in step)
    return [
      `wait ${waitText(step.wait)}`,
      ...(step.came === undefined ? [] : ['if it came:', ...stepLines(step.came, '  ')]),
      ...(step.timedOut === undefined ? [] : ['if it did not:', ...stepLines(step.timedOut, '  ')]),
    ];
  if ('split' in step)
    return [
      'split at random:',
      ...step.split.flatMap(({ name, percent, steps }) => [
        `${String(percent)} % (${name}):`,
        ...stepLines(steps, '  '),
      ]),
    ];
  return [
    'branch:',
    ...step.branch.flatMap((way) => [`if ${ruleText(way.if)}:`, ...stepLines(way.steps, '  ')]),
    ...(step.otherwise === undefined ? [] : ['otherwise:', ...stepLines(step.otherwise, '  ')]),
  ];
}

const actionText = ({ destination, action }: ActionInTrigger): string => `${action} at ${destination}`;

function failureText(onFailure: 'stop' | 'continue' | { readonly do: ActionInTrigger }): string {
  if (onFailure === 'stop') return '';
  return onFailure === 'continue' ? ' (go on if it is refused)' : ` (if it is refused: ${actionText(onFailure.do)})`;
}

function waitText(wait: WaitFor): string {
  if ('for' in wait) return durationText(wait.for);
  const most = wait.atMost === undefined ? '' : `, at most ${durationText(wait.atMost)}`;
  return `until ${untilText(wait.until)}${most}`;
}

function untilText(until: Until): string {
  if ('time' in until) return `${until.time}${until.on === undefined ? '' : ` on ${until.on.join(' or ')}`}`;
  if ('moment' in until) return until.moment;
  if ('attribute' in until) return `${offsetText(until.before, until.after)}${until.attribute}`;
  return 'event' in until ? `${eventText(until.event)} happens` : ruleText(until.rule);
}
