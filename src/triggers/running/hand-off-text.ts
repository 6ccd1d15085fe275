import type { AttributeValue } from '../../profiles/attribute.js';
import type { TranscriptLine } from '../../events/events.repository.js';
import type { Profile } from '../../profiles/profile.js';

const longestLine = 500;

/** What whoever takes over has to know: what to do, who it is, and what was said. The oldest message first. */
export function handOffText(
  note: string,
  { attributes, tags }: Pick<Profile, 'attributes' | 'tags'>,
  transcript: readonly TranscriptLine[],
): string {
  const known = Object.entries(attributes)
    .filter(([, value]) => value !== '')
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => `${key}: ${textOf(value)}`);
  const parts = [
    ...(note === '' ? [] : [note]),
    ['What is known:', ...known, ...(tags.length === 0 ? [] : [`tags: ${tags.join(', ')}`])].join('\n'),
    transcript.length === 0
      ? 'Nothing has been written yet.'
      : ['What was written:', ...transcript.map(lineOf)].join('\n'),
  ];
  return parts.join('\n\n');
}

function lineOf({ at, by, channel, text }: TranscriptLine): string {
  const who = by === 'person' ? 'Person' : 'Bot';
  const where = channel === null ? '' : ` (${channel})`;
  const said = text.length > longestLine ? `${text.slice(0, longestLine - 1)}…` : text;
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} ${who}${where}: ${said.replaceAll('\n', ' ')}`;
}

const textOf = (value: AttributeValue): string => (Array.isArray(value) ? value.join(', ') : String(value));
