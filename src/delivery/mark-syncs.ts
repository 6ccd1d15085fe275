import type { MappingInterest } from '../mapping/mapping.js';

/** What changed in one profile. */
export interface ProfileNews {
  readonly everything: boolean;
  readonly attributes: ReadonlySet<string>;
  readonly tags: boolean;
  readonly consents: boolean;
  readonly identities: boolean;
  /** Segments that were entered or left. */
  readonly segments: readonly string[];
}

/** Is it news for a destination whose mapping looks at `interest`? */
export function isNewsFor(interest: MappingInterest, news: ProfileNews): boolean {
  if (news.everything) return true;
  if (news.tags && interest.tags) return true;
  if (news.consents && interest.consents) return true;
  if (news.identities && interest.identities) return true;
  if (news.segments.some((key) => interest.segments === null || interest.segments.has(key))) return true;
  for (const key of news.attributes) if (interest.attributes.has(key)) return true;
  return false;
}
