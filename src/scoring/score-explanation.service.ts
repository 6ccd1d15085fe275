import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Now, NOW } from '../database/environment.js';
import type { Profile } from '../profiles/profile.js';
import { RuleCaptions } from '../segments/rule-captions.service.js';
import { describeLine } from './describe-score.js';
import { exactPoints, pointsByLine, scoreAt, stateFromEvents } from './evaluate-score.js';
import { type ActiveScore, ScoreDirectory } from './score-directory.service.js';
import { pastEvents } from './score-states.js';
import { newScoreState, type ScoreState } from './score-state.js';

/** What a score is made of for one person, now. */
export interface ExplainedScore {
  readonly key: string;
  readonly points: number;
  /** Before it is rounded down; between the least and the most. */
  readonly exact: number;
  readonly level: string | null;
  /** When the level, or the points by a whole step, could change by itself; null: never. */
  readonly changesAt: Date | null;
  readonly lines: readonly { readonly text: string; readonly points: number }[];
}

/** Says where a person's points come from. */
@Injectable()
export class ScoreExplanation {
  constructor(
    private readonly dataSource: DataSource,
    private readonly directory: ScoreDirectory,
    private readonly captions: RuleCaptions,
    @Inject(NOW) private readonly now: Now,
  ) {}

  async of(profile: Profile): Promise<ExplainedScore[]> {
    const scores = this.directory.current;
    if (scores.length === 0) return [];
    const [states, captions] = await Promise.all([this.#states(profile.id, scores), this.captions.read()]);
    const nowMs = this.now().getTime();
    return scores.map(({ key, compiled }): ExplainedScore => {
      const state = states.get(key) ?? newScoreState;
      const { points, level, nextChangeAtMs } = scoreAt(compiled, state, profile, nowMs);
      const worth = pointsByLine(compiled, state, profile, nowMs);
      return {
        key,
        points,
        exact: exactPoints(compiled, state, profile, nowMs),
        level,
        changesAt: nextChangeAtMs === null ? null : new Date(nextChangeAtMs),
        lines: compiled.definition.points.map((line, index) => ({
          text: describeLine(line, captions),
          points: worth[index] ?? 0,
        })),
      };
    });
  }

  /** As stored; what was counted by an older definition is counted again, as the next event would. */
  async #states(profileId: string, scores: readonly ActiveScore[]): Promise<Map<string, ScoreState>> {
    const rows = await this.dataSource.query<{ score: string; version: number; state: ScoreState }[]>(
      'SELECT score, version, state FROM score_states WHERE profile_id = $1',
      [profileId],
    );
    const stored = new Map(rows.map((row) => [row.score, row]));
    const isCurrent = ({ key, version }: ActiveScore): boolean => stored.get(key)?.version === version;
    const past = scores.every(isCurrent)
      ? []
      : await pastEvents((text, values) => this.dataSource.query(text, [...values]), profileId);
    return new Map(
      scores.map((score) => {
        const known = stored.get(score.key);
        const state = known !== undefined && isCurrent(score) ? known.state : stateFromEvents(score.compiled, past);
        return [score.key, state];
      }),
    );
  }
}
