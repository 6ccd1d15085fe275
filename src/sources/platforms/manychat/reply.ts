import type { AttributeValue } from '../../../profiles/attribute.js';
import type { HookReply } from '../../chat-platform.js';
import type { Decision } from '../../decision.js';
import type { ManychatSettings } from './settings.js';

/** Channels that a Dynamic Block names; Messenger is the one without a name. */
const blockTypes: ReadonlySet<string> = new Set(['instagram', 'whatsapp', 'telegram']);

const maxTextLength = 2_000;

type Format = (decision: Decision, settings: ManychatSettings) => unknown;

const formats = { flat, dynamic_block: dynamicBlock } as const satisfies Record<ManychatSettings['reply'], Format>;

/** Always 200: ManyChat shows the contact nothing useful about an error, and what we could not do is ours to solve. */
export function reply(decision: Decision, settings: ManychatSettings): HookReply {
  return { status: 200, body: formats[settings.reply](decision, settings) };
}

/**
 * For an External Request, whose author maps `$.tags` and so on to custom fields: flat, the same keys each time, never null.
 * What is not known yet is an empty text.
 */
function flat(decision: Decision, { replyAttributes }: ManychatSettings): Record<string, string | number | boolean> {
  const asked = Object.entries(replyAttributes).map(
    ([key, name]) => [name, forField(known(decision, key) ?? '')] as const,
  );
  return {
    ...Object.fromEntries(asked),
    status: 'ok',
    profile_id: decision.profileId,
    profile_version: decision.profileVersion,
    applied: decision.applied,
    tags: decision.tags.join(', ').slice(0, maxTextLength),
  };
}

/**
 * A Dynamic Block v2 that sends nothing and sets the custom fields asked for; the settings allow five at most, as ManyChat does.
 *
 * @see https://manychat.github.io/dynamic_block_docs/
 */
function dynamicBlock(decision: Decision, { channel, replyAttributes }: ManychatSettings): object {
  const actions = Object.entries(replyAttributes).flatMap(([key, name]) => {
    const value = known(decision, key);
    return value === undefined ? [] : [{ action: 'set_field_value', field_name: name, value: forField(value) }];
  });
  const type = blockTypes.has(channel) ? { type: channel } : {};
  return { version: 'v2', content: { ...type, messages: [], actions, quick_replies: [] } };
}

function known(decision: Decision, key: string): AttributeValue | undefined {
  return Object.hasOwn(decision.attributes, key) ? decision.attributes[key] : undefined;
}

/** Numbers and booleans without quotes, dates and instants as we store them: that is how ManyChat's fields want them. */
function forField(value: AttributeValue): string | number | boolean {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return (typeof value === 'string' ? value : value.join(', ')).slice(0, maxTextLength);
}
