import { Inject, Injectable } from '@nestjs/common';
import { type Now, NOW } from '../database/environment.js';
import { Scores } from '../scoring/scores.service.js';
import { ScoreDirectory } from '../scoring/score-directory.service.js';

const pageSize = 20_000;
const first = '00000000-0000-0000-0000-000000000000';

/** Has everybody counted anew when a score is new or changed. Marking twice, after a crash, only counts again. */
@Injectable()
export class ScoreMarks {
  constructor(
    private readonly scores: Scores,
    private readonly directory: ScoreDirectory,
    @Inject(NOW) private readonly now: Now,
  ) {}

  /** @returns whether there was anybody to mark */
  async run(): Promise<boolean> {
    let marked = false;
    for (const { key, version } of await this.scores.outdated(this.now())) {
      // Counted with the definition that this process knows: the next sweep, if it has not read the new one yet.
      if (this.directory.current.find((score) => score.key === key)?.version !== version) continue;
      for (let last: string | null = first; last !== null;) last = await this.scores.markPage(key, last, pageSize);
      await this.scores.marked(key, version);
      marked = true;
    }
    return marked;
  }
}
