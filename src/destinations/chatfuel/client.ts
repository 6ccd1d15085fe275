import type { ConnectionContext } from '../destination.js';
import { sendJson } from '../http-json.js';
import type { ChatfuelSettings } from './settings.js';
import { accepted } from './to-delivery-error.js';

/** What is sent to one user: a block, and attributes that are set with it. */
export interface Broadcast {
  readonly user: string;
  readonly block: string;
  readonly messageTag: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * Chatfuel's Broadcasting API. Everything travels in the address, the token too, so no error of ours ever shows it. `tags` is never sent: it
 * would replace all tags of the user.
 *
 * @see https://docs.chatfuel.com (Broadcasting API)
 */
export class ChatfuelClient {
  constructor(
    private readonly settings: ChatfuelSettings,
    private readonly context: ConnectionContext,
  ) {}

  /** @param repeatable sending the block twice does no harm */
  broadcast(operation: string, repeatable: boolean, { user, block, messageTag, attributes }: Broadcast): Promise<void> {
    const query = new URLSearchParams({
      ...attributes,
      chatfuel_token: this.settings.token,
      chatfuel_message_tag: messageTag,
      chatfuel_block_name: block,
    });
    const path = `/bots/${encodeURIComponent(this.settings.botId)}/users/${encodeURIComponent(user)}/send`;
    const request = {
      method: 'POST',
      url: `${this.settings.baseUrl}${path}?${query.toString()}`,
      headers: {},
    } as const;
    const call = { operation, repeatable };
    return sendJson(this.context, call, request, (answer) => accepted(answer, call));
  }
}

/** Names that belong to the API itself. */
export const isReserved = (attribute: string): boolean => /^chatfuel_/i.test(attribute) || attribute === 'tags';
