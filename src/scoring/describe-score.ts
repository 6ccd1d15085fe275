import { type Captions, describeCondition, durationText, selectionText } from '../segments/describe.js';
import type { EventPoints, ScoreDefinition } from './score.js';

/** A line of a score in plain English. */
export const describeLine = (line: ScoreDefinition['points'][number], captions?: Captions): string =>
  'events' in line ? eventText(line) : `${pointsText(line.points)} while ${describeCondition(line.when, captions)}`;

function eventText({ events, points, times, atMost, oncePer, fades }: EventPoints): string {
  const parts = [
    `${pointsText(points)} for each ${selectionText(events).replace(/^any event/, 'event')}`,
    ...(times === undefined ? [] : [`times its ${times}`]),
    ...(atMost === undefined ? [] : [`at most ${String(atMost)} together`]),
    ...(oncePer === undefined ? [] : [`once per ${durationText(oncePer)}`]),
    ...(fades === undefined
      ? []
      : [
          'halfLife' in fades
            ? `halved every ${durationText(fades.halfLife)}`
            : `gone after ${durationText(fades.after)}`,
        ]),
  ];
  return parts.join(', ');
}

const pointsText = (points: number): string => `${String(points)} ${Math.abs(points) === 1 ? 'point' : 'points'}`;
