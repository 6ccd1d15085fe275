import type { MappingInterest } from '../mapping/mapping.js';

/** What changed in one profile. */
export interface ProfileNews {
  readonly everything: boolean;
  readonly attributes: ReadonlySet<string>;
  readonly tags: boolean;
  readonly consents: boolean;
  readonly identities: boolean;
}

/** Is it news for a destination whose mapping looks at `interest`? */
export function isNewsFor(interest: MappingInterest, news: ProfileNews): boolean {
  if (news.everything) return true;
  if (news.tags && interest.tags) return true;
  if (news.consents && interest.consents) return true;
  if (news.identities && interest.identities) return true;
  for (const key of news.attributes) if (interest.attributes.has(key)) return true;
  return false;
}
