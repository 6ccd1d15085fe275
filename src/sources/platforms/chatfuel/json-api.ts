import type { Card, Choice, RenderedContent, RenderedMessage } from '../../../personalization/rendered-content.js';
import type { Decision } from '../../../events/decision.js';
import type { Exchange, HookReply } from '../../chat-platform.js';
import { Fitting } from '../../fitting.js';
import { fieldsToSet } from '../../flat-reply.js';
import type { ChatfuelSettings } from './settings.js';

const most = { messages: 10, quickReplies: 11, buttons: 3, cards: 10 } as const;
const longest = { buttonText: 640, title: 80 } as const;

/**
 * The answer of a JSON API card: attributes to set, messages, and the block to go on with.
 *
 * @see https://github.com/chatfuel-lab/chatfuel-json-api-examples
 */
export function jsonApiReply(
  decision: Decision,
  { replyAttributes }: ChatfuelSettings,
  { content }: Exchange,
): Omit<HookReply, 'status'> {
  const fitting = new Fitting();
  const attributes = Object.fromEntries(fieldsToSet(decision, replyAttributes, content));
  const messages = content === null ? [] : messagesOf(content, fitting);
  if ((content?.tagsToAdd.length ?? 0) + (content?.tagsToRemove.length ?? 0) > 0)
    fitting.leave('Tags: Chatfuel’s answers have none. Set an attribute instead.');
  const body = {
    ...(Object.keys(attributes).length > 0 && { set_attributes: attributes }),
    ...(messages.length > 0 && { messages }),
    ...(typeof content?.goTo === 'string' && { redirect_to_blocks: [content.goTo] }),
  };
  return { body, leftOut: fitting.leftOut };
}

/** Quick replies hang on the last message. */
function messagesOf({ messages, quickReplies }: RenderedContent, fitting: Fitting): object[] {
  const all = fitting.take(
    messages.map((message) => messageOf(message, fitting)),
    most.messages,
    'messages',
  );
  const replies = fitting.take(
    quickReplies.flatMap((choice) => quickReply(choice, fitting)),
    most.quickReplies,
    'quick replies',
  );
  const last = all.at(-1);
  if (replies.length === 0) return all;
  if (last === undefined) {
    fitting.leave('Quick replies: they need a message to stand under.');
    return all;
  }
  return [...all.slice(0, -1), { ...last, quick_replies: replies }];
}

function messageOf(message: RenderedMessage, fitting: Fitting): object {
  switch (message.type) {
    case 'text': {
      const buttons = buttonsOf(message.choices, fitting);
      if (buttons.length === 0) return { text: message.text };
      const text = fitting.shorten(message.text, longest.buttonText, 'a text with buttons');
      return template({ template_type: 'button', text, buttons });
    }
    case 'cards': {
      const cards = fitting.take(message.cards, most.cards, 'cards');
      return template({
        template_type: 'generic',
        image_aspect_ratio: 'horizontal',
        elements: cards.map((card) => element(card, fitting)),
      });
    }
    default:
      return { attachment: { type: message.type, payload: { url: message.url } } };
  }
}

const template = (payload: object): object => ({ attachment: { type: 'template', payload } });

function element({ title, subtitle, imageUrl, url, choices }: Card, fitting: Fitting): object {
  const buttons = buttonsOf(choices, fitting);
  return {
    title: fitting.shorten(title, longest.title, 'a card’s title'),
    ...(subtitle !== null && { subtitle: fitting.shorten(subtitle, longest.title, 'a card’s subtitle') }),
    ...(imageUrl !== null && { image_url: imageUrl }),
    ...(url !== null && { item_url: url }),
    ...(buttons.length > 0 && { buttons }),
  };
}

function buttonsOf(choices: readonly Choice[], fitting: Fitting): object[] {
  const buttons = choices.flatMap(({ title, url, goTo }): object[] => {
    if (url !== null) return [{ type: 'web_url', title, url }];
    if (goTo !== null) return [{ type: 'show_block', title, block_names: [goTo] }];
    fitting.leave(`The button "${title}": it leads nowhere. Give it a url or goTo.`);
    return [];
  });
  return fitting.take(buttons, most.buttons, 'buttons');
}

function quickReply({ title, url, goTo }: Choice, fitting: Fitting): object[] {
  if (url === null) return [goTo === null ? { title } : { title, block_names: [goTo] }];
  fitting.leave(`The quick reply "${title}": it cannot open a page.`);
  return [];
}
