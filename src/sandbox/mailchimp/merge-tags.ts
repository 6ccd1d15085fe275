import type { Member, MergeValue } from './account.js';
import type { Audience } from './audience.js';

interface Letter {
  readonly subject: string;
  readonly origin: string;
  readonly now: Date;
  readonly campaignId: string;
}

/**
 * A text as a member gets it: `*|FNAME|*`, `*|IF:TAG|* … *|ELSE:|* … *|END:IF|*`, and the tags about the letter itself. A tag nobody knows
 * stays as it is, as at Mailchimp.
 */
export function renderMergeTags(text: string, audience: Audience, member: Member, letter: Letter): string {
  const values = valuesFor(audience, member, letter);
  const conditional = text.replace(
    /\*\|IF:([A-Z0-9_]+)\|\*([\s\S]*?)(?:\*\|ELSE:\|\*([\s\S]*?))?\*\|END:IF\|\*/g,
    (_all, tag: string, yes: string, no: string | undefined) => ((values.get(tag) ?? '') === '' ? (no ?? '') : yes),
  );
  return conditional.replace(/\*\|([A-Z0-9_:]+)\|\*/g, (all, tag: string) => values.get(tag) ?? all);
}

function valuesFor(audience: Audience, member: Member, letter: Letter): ReadonlyMap<string, string> {
  const { id, name, merge_fields } = audience.settings;
  const of = letter.campaignId === '' ? '' : `&c=${letter.campaignId}`;
  const own = merge_fields.map(({ tag }) => [tag, asText(member.merge_fields[tag] ?? '')] as const);
  return new Map([
    ...own,
    ['EMAIL', member.email_address],
    ['UNIQID', member.unique_email_id],
    ['UNSUB', `${letter.origin}/unsubscribe?id=${id}&e=${member.unique_email_id}${of}`],
    ['UPDATE_PROFILE', `${letter.origin}/profile?id=${id}&e=${member.unique_email_id}`],
    ['LIST:NAME', name],
    ['MC:SUBJECT', letter.subject],
    ['CURRENT_YEAR', String(letter.now.getUTCFullYear())],
  ]);
}

const asText = (value: MergeValue): string =>
  typeof value === 'object' ? Object.values(value).join(', ') : String(value);
