import type { TemplateData } from '../../personalization/fill-json.js';
import type { Profile } from '../../profiles/profile.js';
import { setOwn } from '../../profiles/own-value.js';
import type { ActiveTrigger } from '../active-trigger.js';
import type { RunContext } from '../planning/run-context.js';

/**
 * What the texts of an action can speak of. Attributes stand at the top; the words below win over attributes of the same name, which
 * `attributes.…` still reaches.
 */
export function templateData(
  { id, attributes, tags, segments }: Pick<Profile, 'id' | 'attributes' | 'tags' | 'segments'>,
  { event, segment, about }: RunContext,
  { key, title }: Pick<ActiveTrigger, 'key' | 'title'>,
): TemplateData {
  const data: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(attributes)) setOwn(data, name, value);
  return {
    ...data,
    attributes,
    tags,
    segments: Object.keys(segments).sort(),
    profile: { id },
    event: event === null ? {} : { ...event.properties, name: event.name },
    text: event?.text ?? '',
    channel: event?.channel ?? data.channel ?? '',
    segment: segment ?? {},
    about: about ?? {},
    trigger: { key, title },
  };
}
