import type { RenderedContent } from '../personalization/rendered-content.js';
import type { AttributeValue } from '../profiles/attribute.js';
import type { Exchange } from './chat-platform.js';
import type { Decision } from '../events/decision.js';

const maxTextLength = 2_000;

/**
 * The answer for a flow whose author maps `$.tags` and so on to fields of the platform: flat, the same keys each time, never
 * null. Only the attributes that the source's settings name are told; what is not known yet is an empty text.
 *
 * @param decision null: not made yet, so nothing is known
 * @param names attribute → its key in the answer
 */
export function flatReply(
  decision: Decision | null,
  names: Readonly<Record<string, string>>,
  { content }: Pick<Exchange, 'content'> = { content: null },
): Record<string, string | number | boolean> {
  const asked = Object.entries(names).map(
    ([key, name]) => [name, asField((decision && knownAttribute(decision, key)) ?? '')] as const,
  );
  return {
    ...Object.fromEntries(asked),
    ...content?.fields,
    status: decision === null ? 'pending' : 'ok',
    profile_id: decision?.profileId ?? '',
    profile_version: decision?.profileVersion ?? 0,
    applied: decision?.applied ?? false,
    tags: listed(decision?.tags),
    segments: listed(decision?.segments),
    ...flatContent(content),
  };
}

/** What a flow can put into its own messages. */
function flatContent(content: RenderedContent | null): Record<string, string> {
  const messages = content?.messages ?? [];
  const texts = messages.flatMap((message) => (message.type === 'text' ? [message.text] : []));
  const cards = messages.flatMap((message) => (message.type === 'cards' ? message.cards : []));
  const images = messages.flatMap((message) => (message.type === 'image' ? [message.url] : []));
  const choices = messages.flatMap((message) => (message.type === 'text' ? message.choices : []));
  const link = [...choices, ...cards.flatMap((card) => card.choices)].find(({ url }) => url !== null);
  return {
    text: shortened(texts.join('\n\n')),
    image_url: images[0] ?? cards.find(({ imageUrl }) => imageUrl !== null)?.imageUrl ?? '',
    link_title: link?.title ?? '',
    link_url: link?.url ?? '',
    go_to: content?.goTo ?? '',
  };
}

/** An attribute, or `tags` and `segments` where no attribute is called so. */
export function knownAttribute(decision: Decision, key: string): AttributeValue | undefined {
  if (Object.hasOwn(decision.attributes, key)) return decision.attributes[key];
  if (key === 'tags') return decision.tags;
  return key === 'segments' ? decision.segments : undefined;
}

/** The attributes that a source's settings ask for and that are known, under the platform's names, with what its content sets. */
export function fieldsToSet(
  decision: Decision,
  names: Readonly<Record<string, string>>,
  content: RenderedContent | null,
): [name: string, value: string | number | boolean][] {
  const fields = new Map<string, string | number | boolean>();
  for (const [key, name] of Object.entries(names)) {
    const value = knownAttribute(decision, key);
    if (value !== undefined) fields.set(name, asField(value));
  }
  for (const [name, value] of Object.entries(content?.fields ?? {})) fields.set(name, value);
  return [...fields];
}

/** Numbers and booleans without quotes, dates and instants as we store them, a list as one text. */
export function asField(value: AttributeValue): string | number | boolean {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return shortened(typeof value === 'string' ? value : value.join(', '));
}

const listed = (names: readonly string[] = []): string => shortened(names.join(', '));

/** Never cut within a character. */
const shortened = (text: string): string =>
  text.length <= maxTextLength ? text : text.slice(0, maxTextLength).toWellFormed();
