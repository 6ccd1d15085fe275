import type { HookReply } from '../../chat-platform.js';
import type { Decision } from '../../decision.js';
import { asField, flatReply, knownAttribute } from '../../flat-reply.js';
import type { ManychatSettings } from './settings.js';

/** Channels that a Dynamic Block names; Messenger is the one without a name. */
const blockTypes: ReadonlySet<string> = new Set(['instagram', 'whatsapp', 'telegram']);

type Format = (decision: Decision, settings: ManychatSettings) => unknown;

const formats = {
  flat: (decision, { replyAttributes }) => flatReply(decision, replyAttributes),
  dynamic_block: dynamicBlock,
} as const satisfies Record<ManychatSettings['reply'], Format>;

/** Always 200: ManyChat shows the contact nothing useful about an error, and what we could not do is ours to solve. */
export function reply(decision: Decision, settings: ManychatSettings): HookReply {
  return { status: 200, body: formats[settings.reply](decision, settings) };
}

/**
 * A Dynamic Block v2 that sends nothing and sets the custom fields asked for; the settings allow five at most, as ManyChat does.
 *
 * @see https://manychat.github.io/dynamic_block_docs/
 */
function dynamicBlock(decision: Decision, { channel, replyAttributes }: ManychatSettings): object {
  const actions = Object.entries(replyAttributes).flatMap(([key, name]) => {
    const value = knownAttribute(decision, key);
    return value === undefined ? [] : [{ action: 'set_field_value', field_name: name, value: asField(value) }];
  });
  const type = blockTypes.has(channel) ? { type: channel } : {};
  return { version: 'v2', content: { ...type, messages: [], actions, quick_replies: [] } };
}
