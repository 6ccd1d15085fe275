import { segmentInput, type SegmentInput } from '../../segments/segment-input.js';
import { readyMadeSegments } from '../../segments/ready-made.js';
import { relationship } from './relationship.js';
import { sales } from './sales.js';
import { shopping } from './shopping.js';
import { triggerInput, type TriggerInput } from '../definition/trigger-input.js';

/** A trigger that can be taken as it is, or as a beginning: the keys of the destinations are to be changed to one's own. */
export interface Recipe {
  readonly title: string;
  /** What it does for whom. */
  readonly description: string;
  /** What has to be there for it to work, beside the segments. */
  readonly needs: readonly string[];
  /** Segments that it begins with. */
  readonly segments: readonly SegmentInput[];
  /** Key of a ready-made score that it begins with. */
  readonly score?: string;
  readonly trigger: TriggerInput;
}

/** Ready-made triggers for the usual cases. */
export const recipes: readonly Recipe[] = [...shopping, ...sales, ...relationship].map(
  ({ segments = [], definition, key, score, ...said }) => ({
    ...said,
    ...(score !== undefined && { score }),
    segments: readyMadeSegments
      .filter((segment) => segments.includes(segment.key))
      .map((segment) => segmentInput.parse(segment)),
    trigger: triggerInput.parse({ key, title: said.title, description: said.description, definition }),
  }),
);
