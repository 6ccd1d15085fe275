import type { DestinationFigures, Refusal, SegmentFigures, TriggerFigures } from './figures.js';
import type { Place } from './places.js';
import type { PlayResult } from './play-traffic.js';

export interface Report {
  readonly destinations: readonly DestinationFigures[];
  readonly segments: readonly SegmentFigures[];
  readonly triggers: readonly TriggerFigures[];
  /** Where something can be seen that the triggers did. */
  readonly places: readonly Place[];
  readonly played: PlayResult;
  /** New events, committed. */
  readonly events: number;
  /** Events that had come before. */
  readonly repeated: number;
  readonly refusals: readonly Refusal[];
}

/** A row of the table: what it counts, and where the number is. */
type Row = readonly [title: string, value: (figures: DestinationFigures, refusals: readonly Refusal[]) => number];

const outcome = (name: string) => (figures: DestinationFigures) => figures.outcomes[name] ?? 0;

const sumOf = (refusals: readonly Refusal[]): number => refusals.reduce((sum, { count }) => sum + count, 0);

const rows: readonly Row[] = [
  ['people it holds now', ({ holds }) => holds],
  ['records brought', (figures) => outcome('delivered')(figures) + outcome('recreated')(figures)],
  ['calls that took', ({ calls }) => calls],
  ['held back: no consent', outcome('withheld')],
  ['waiting for an e-mail address', outcome('no_key')],
  ['nothing new to say', outcome('unchanged')],
  ['refused by the CRM', ({ key }, refusals) => sumOf(refusals.filter(({ destination }) => destination === key))],
];

/** The demo's result as a table for a terminal. */
export function renderReport(report: Report): string {
  const { destinations, segments, triggers, places, played, events, repeated, refusals } = report;
  const calls = destinations.reduce((sum, figures) => sum + figures.calls, 0);
  const naive = events * destinations.length;
  const width = 32;
  const cell = (text: string): string => text.padStart(14);
  const table = rows.map(
    ([title, value]) =>
      `  ${title.padEnd(width)}${destinations.map((figures) => cell(value(figures, refusals).toLocaleString('en'))).join('')}`,
  );
  const lines = [
    '',
    `  ${''.padEnd(width)}${destinations.map(({ title }) => cell(title)).join('')}`,
    `  ${'-'.repeat(width + 14 * destinations.length)}`,
    ...table,
    '',
    `  ${events.toLocaleString('en')} events were new, ${repeated.toLocaleString('en')} had come before and changed nothing.`,
    `  One call for each event and CRM would have been ${naive.toLocaleString('en')} calls; it took ${calls.toLocaleString('en')}, so ${(naive - calls).toLocaleString('en')} were avoided.`,
    '',
    ...(segments.length === 0 ? [] : ['  Who they are (segments):', ...segments.map(segmentLine), '']),
    ...(triggers.length === 0 ? [] : ['  What followed from it (triggers):', ...triggers.map(triggerLine), '']),
    ...(places.length === 0 ? [] : ['  See for yourself:', ...places.map(placeLine), '']),
    `  Refused at the door (${played.refused.length}):`,
    ...played.refused.map(({ status, note, detail }) => `    ${status}  ${note}: ${clip(detail)}`),
    '',
    `  Refused by a CRM, kept as dead letters (${sumOf(refusals)}):`,
    ...refusals.map(
      ({ destination, cause, count, message }) =>
        `    ${destination}, ${cause}${count > 1 ? ` (${count})` : ''}: ${clip(message)}`,
    ),
    ...(played.surprises.length === 0
      ? []
      : ['', `  UNEXPECTED ANSWERS (${played.surprises.length}):`, ...played.surprises.map((line) => `    ${line}`)]),
    '',
  ];
  return `${lines.join('\n')}\n`;
}

const segmentLine = ({ title, description, members }: SegmentFigures): string =>
  `    ${members.toLocaleString('en').padStart(5)}  ${title.padEnd(46)}${clip(description)}`;

const triggerLine = ({ title, runs }: TriggerFigures): string => {
  const all = Object.values(runs).reduce((total, count) => total + count, 0);
  const parts = Object.entries(runs).map(
    ([status, count]) => `${count.toLocaleString('en')} ${status.replace('_', ' ')}`,
  );
  return `    ${all.toLocaleString('en').padStart(5)}  ${title.padEnd(46)}${parts.join(', ')}`;
};

const placeLine = ({ sandbox, title, rows, url }: Place): string =>
  `    ${rows.toLocaleString('en').padStart(5)}  ${`${sandbox}: ${title}`.padEnd(46)}${url}`;

const clip = (text: string): string => (text.length > 140 ? `${text.slice(0, 139)}…` : text);
