import { isDrawn, randomDraw } from '../../segments/random-draw.js';
import type { SplitInstruction } from './program.js';

/** The same share for the same person each time. */
export function drawShare({ id, shares }: SplitInstruction, trigger: string, profileId: string) {
  let percent = 0;
  for (const share of shares) {
    percent += share.percent;
    if (isDrawn(randomDraw(Math.min(percent, 100), `split/${trigger}/${id}`), profileId)) return share;
  }
  return shares.at(-1) ?? { name: '', percent: 0, next: null };
}
