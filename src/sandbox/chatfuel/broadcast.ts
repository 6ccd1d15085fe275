import type { SandboxClock } from '../emulator.js';
import type { Bot, User } from './bot.js';

/** What a broadcast is answered; Chatfuel says 200 to most of its refusals. */
export interface Answer {
  readonly status: number;
  readonly body: { readonly success: boolean; readonly result?: string };
}

const refused = (status: number, result: string): Answer => ({ status, body: { success: false, result } });

/** Sends a block to a user, and sets every other parameter as an attribute; `tags` replaces all tags. */
export function broadcast(
  bot: Bot,
  clock: SandboxClock,
  userId: string,
  query: Readonly<Record<string, string>>,
): Answer {
  if (query.chatfuel_token !== bot.token) return refused(401, 'Invalid token');
  const wanted = query.chatfuel_block_name ?? query.chatfuel_flow_name ?? query.chatfuel_block_id;
  const block = bot.blocks.find(({ id, name }) => id === wanted || name === wanted);
  if (block === undefined) return refused(200, 'Block not found');
  const user = userOf(bot, userId);
  if (user === null) return refused(200, 'User not found');
  for (const [name, value] of Object.entries(query))
    if (name !== 'tags' && !name.startsWith('chatfuel_')) user.attributes[name] = value;
  if (query.tags !== undefined) user.tags = query.tags.split(',').filter((tag) => tag !== '');
  if (block.hasMessages)
    user.received.push({
      at: clock.now().toISOString(),
      block: block.name,
      messageTag: query.chatfuel_message_tag ?? null,
    });
  return { status: 200, body: { success: true, result: 'ok' } };
}

function userOf(bot: Bot, id: string): User | null {
  const known = bot.users.find((user) => user.id === id);
  if (known !== undefined) return known;
  if (!bot.behaviour.makesUsers) return null;
  const made: User = { id, attributes: {}, tags: [], received: [] };
  bot.users.push(made);
  return made;
}
