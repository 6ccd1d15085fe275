import type { Exchange, HookReply } from '../../chat-platform.js';
import type { Decision } from '../../../events/decision.js';
import { flatReply } from '../../flat-reply.js';
import { dynamicBlock, emptyBlock } from './dynamic-block.js';
import type { ManychatSettings } from './settings.js';

type Format = (decision: Decision, settings: ManychatSettings, exchange: Exchange) => Omit<HookReply, 'status'>;

const formats = {
  flat: (decision, { replyAttributes }, exchange) => ({ body: flatReply(decision, replyAttributes, exchange) }),
  dynamic_block: dynamicBlock,
} as const satisfies Record<ManychatSettings['reply'], Format>;

const neutral = {
  flat: ({ replyAttributes }) => flatReply(null, replyAttributes),
  dynamic_block: emptyBlock,
} as const satisfies Record<ManychatSettings['reply'], (settings: ManychatSettings) => unknown>;

/** Always 200: ManyChat shows the contact nothing useful about an error, and what we could not do is ours to solve. */
export function reply(decision: Decision, settings: ManychatSettings, exchange: Exchange): HookReply {
  return { status: 200, ...formats[settings.reply](decision, settings, exchange) };
}

export const neutralReply = (settings: ManychatSettings): HookReply => ({
  status: 200,
  body: neutral[settings.reply](settings),
});
