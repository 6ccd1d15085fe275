import type { Choice, RenderedContent, RenderedMessage } from '../../../personalization/rendered-content.js';
import type { Decision } from '../../../events/decision.js';
import type { Exchange, HookReply } from '../../chat-platform.js';
import { Fitting } from '../../fitting.js';
import { fieldsToSet } from '../../flat-reply.js';
import { field } from '../../json-fields.js';
import type { JsonObject } from '../../read-json.js';
import { objectSent } from '../../read-request.js';
import { fitSize } from '../../size-limit.js';
import { sessionParameters } from './parameters.js';
import type { DialogflowCxSettings } from './settings.js';

const most = { messages: 10, chips: 11, buttons: 3, cards: 10 } as const;
const mostBytes = 60 * 1024; // Dialogflow takes 64 KiB

/**
 * A WebhookResponse: messages that stand beside the page's own, and the session parameters that change.
 *
 * @see https://github.com/googleapis/googleapis/blob/master/google/cloud/dialogflow/cx/v3/webhook.proto
 */
export function reply(decision: Decision, settings: DialogflowCxSettings, { content, request }: Exchange): HookReply {
  const fitting = new Fitting();
  const known = sessionParameters(objectSent(request));
  const parameters = changed(fieldsToSet(decision, settings.replyAttributes, content), known);
  const messages = content === null ? [] : messagesOf(content, fitting);
  if (content !== null && content.tagsToAdd.length + content.tagsToRemove.length > 0)
    fitting.leave('Tags: Dialogflow has none. Set a field instead.');
  const target = content === null ? {} : targetOf(content, fitting);
  const body = fitSize(
    (parts) => ({
      ...(parts.length > 0 && { fulfillmentResponse: { messages: parts, mergeBehavior: 'APPEND' } }),
      ...(Object.keys(parameters).length > 0 && { sessionInfo: { parameters } }),
      ...target,
    }),
    messages.map((value, at) => ({ what: `Message ${at + 1}`, value })),
    mostBytes,
    fitting,
  );
  return { status: 200, body, leftOut: fitting.leftOut };
}

function changed(fields: readonly [string, string | number | boolean][], known: JsonObject): object {
  return Object.fromEntries(fields.filter(([name, value]) => field(known, name) !== value));
}

/** Pages and flows have long names of their own; nothing else can be gone to. */
function targetOf({ goTo }: RenderedContent, fitting: Fitting): object {
  if (goTo === null) return {};
  if (/^projects\/.+\/pages\/[^/]+$/.test(goTo)) return { targetPage: goTo };
  if (/^projects\/.+\/flows\/[^/]+$/.test(goTo)) return { targetFlow: goTo };
  fitting.leave(`Going to "${goTo}": Dialogflow CX wants the whole name, projects/…/pages/… or projects/…/flows/….`);
  return {};
}

function messagesOf({ messages, quickReplies }: RenderedContent, fitting: Fitting): object[] {
  const all = fitting.take(
    messages.map((message) => messageOf(message, fitting)),
    most.messages,
    'messages',
  );
  const chips = fitting.take(quickReplies, most.chips, 'quick replies').map(({ title, url }) => ({
    text: title,
    ...(url !== null && { anchor: { href: url } }),
  }));
  return chips.length === 0 ? all : [...all, rich([{ type: 'chips', options: chips }])];
}

/** Dialogflow Messenger shows rich content; other channels get their own from the payload they read. */
const rich = (items: readonly object[]): object => ({ payload: { richContent: [items] } });

function messageOf(message: RenderedMessage, fitting: Fitting): object {
  switch (message.type) {
    case 'text':
      return message.choices.length === 0
        ? { text: { text: [message.text] } }
        : rich([{ type: 'description', text: [message.text] }, ...buttonsOf(message.choices, fitting)]);
    case 'image':
      return rich([{ type: 'image', rawUrl: message.url, accessibilityText: '' }]);
    case 'cards':
      return rich(
        fitting
          .take(message.cards, most.cards, 'cards')
          .flatMap(({ title, subtitle, imageUrl, url, choices }) => [
            ...(imageUrl === null ? [] : [{ type: 'image', rawUrl: imageUrl, accessibilityText: title }]),
            { type: 'info', title, ...(subtitle !== null && { subtitle }), ...(url !== null && { actionLink: url }) },
            ...buttonsOf(choices, fitting),
          ]),
      );
    default:
      return { text: { text: [message.url] } };
  }
}

function buttonsOf(choices: readonly Choice[], fitting: Fitting): object[] {
  const buttons = choices.flatMap(({ title, url, goTo }): object[] => {
    if (url !== null) return [{ type: 'button', text: title, link: url }];
    if (goTo !== null) return [{ type: 'button', text: title, event: { event: goTo } }];
    fitting.leave(`The button "${title}": it leads nowhere. Give it a url or goTo.`);
    return [];
  });
  return fitting.take(buttons, most.buttons, 'buttons');
}
