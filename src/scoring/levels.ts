import type { ScoreDefinition } from './score.js';

export type ScoreLevel = ScoreDefinition['levels'][number];

/**
 * The level of a score that had `before`: a higher one as soon as its points are reached, a lower one only when there are fewer than
 * the level keeps, so that a score that goes up and down a little does not change its level each time. null: below the lowest.
 *
 * @param levels from the lowest to the highest
 */
export function levelOf(levels: readonly ScoreLevel[], points: number, before: string | null): string | null {
  const reached = levels.findLastIndex(({ from }) => points >= from);
  const kept = levels.findIndex(({ name }) => name === before);
  if (reached >= kept) return levels[reached]?.name ?? null;
  const left = levels.findLastIndex(({ until }, index) => index <= kept && points >= until);
  return levels[Math.max(left, reached)]?.name ?? null;
}
