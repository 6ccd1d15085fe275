import type { Decision } from '../../../events/decision.js';
import type { Card, Choice, RenderedContent, RenderedMessage } from '../../../personalization/rendered-content.js';
import type { Exchange, HookReply } from '../../chat-platform.js';
import { Fitting } from '../../fitting.js';
import { flatReply } from '../../flat-reply.js';
import type { BotFrameworkSettings } from './settings.js';

const most = { activities: 10, buttons: 6, suggestions: 11, cards: 10 } as const;

type Format = (decision: Decision, settings: BotFrameworkSettings, exchange: Exchange) => Omit<HookReply, 'status'>;

const formats = {
  flat: (decision, { replyAttributes }, exchange) => ({ body: flatReply(decision, replyAttributes, exchange) }),
  activities: (_decision, _settings, { content }) => {
    const fitting = new Fitting();
    return { body: content === null ? [] : activitiesOf(content, fitting), leftOut: fitting.leftOut };
  },
  activity: (_decision, _settings, { content }) => {
    const fitting = new Fitting();
    const [first, ...others] = content === null ? [] : activitiesOf(content, fitting);
    if (others.length > 0) fitting.leave(`${others.length} messages: one activity is one message.`);
    return { body: first ?? emptyActivity, leftOut: fitting.leftOut };
  },
} as const satisfies Record<BotFrameworkSettings['reply'], Format>;

/** Composer sends it on; a trace is shown to nobody. */
const emptyActivity = { type: 'trace', name: 'Parley', label: 'nothing to say' } as const;

const neutral = {
  flat: ({ replyAttributes }) => flatReply(null, replyAttributes),
  activities: () => [],
  activity: () => emptyActivity,
} as const satisfies Record<BotFrameworkSettings['reply'], (settings: BotFrameworkSettings) => unknown>;

export function reply(decision: Decision, settings: BotFrameworkSettings, exchange: Exchange): HookReply {
  return { status: 200, ...formats[settings.reply](decision, settings, exchange) };
}

export const neutralReply = (settings: BotFrameworkSettings): HookReply => ({
  status: 200,
  body: neutral[settings.reply](settings),
});

/** @see https://github.com/microsoft/botframework-sdk/blob/main/specs/botframework-activity/botframework-activity.md */
function activitiesOf(content: RenderedContent, fitting: Fitting): object[] {
  if (Object.keys(content.fields).length + content.tagsToAdd.length + content.tagsToRemove.length > 0)
    fitting.leave('Fields and tags: an activity carries none. Use the reply "flat" and set properties in the dialog.');
  if (content.goTo !== null) fitting.leave('Going to another dialog: an activity cannot.');
  const messages = fitting.take(content.messages, most.activities, 'messages');
  const activities = messages.map((message) => ({ type: 'message', ...bodyOf(message, fitting) }));
  const suggestions = fitting.take(content.quickReplies, most.suggestions, 'quick replies').map(action);
  const last = activities.at(-1);
  if (suggestions.length === 0) return activities;
  if (last === undefined) {
    fitting.leave('Quick replies: they need a message to stand under.');
    return [];
  }
  return [...activities.slice(0, -1), { ...last, suggestedActions: { to: [], actions: suggestions } }];
}

/** What an address shows by itself; clients look at it more closely. */
const contentTypes = {
  image: 'image/png',
  video: 'video/mp4',
  audio: 'audio/mpeg',
  file: 'application/octet-stream',
} as const;

function bodyOf(message: RenderedMessage, fitting: Fitting): object {
  switch (message.type) {
    case 'text': {
      const buttons = fitting.take(message.choices, most.buttons, 'buttons').map(action);
      return buttons.length === 0
        ? { text: message.text }
        : { attachments: [heroCard({ text: message.text, buttons })] };
    }
    case 'cards':
      return {
        attachmentLayout: 'carousel',
        attachments: fitting
          .take(message.cards, most.cards, 'cards')
          .map((card) => heroCard(cardContent(card, fitting))),
      };
    default:
      return { attachments: [{ contentType: contentTypes[message.type], contentUrl: message.url }] };
  }
}

const heroCard = (content: object): object => ({ contentType: 'application/vnd.microsoft.card.hero', content });

function cardContent({ title, subtitle, imageUrl, url, choices }: Card, fitting: Fitting): object {
  return {
    title,
    ...(subtitle !== null && { subtitle }),
    ...(imageUrl !== null && { images: [{ url: imageUrl }] }),
    ...(url !== null && { tap: { type: 'openUrl', title, value: url } }),
    buttons: fitting.take(choices, most.buttons, 'buttons').map(action),
  };
}

const action = ({ title, url, goTo }: Choice): object =>
  url === null ? { type: 'imBack', title, value: goTo ?? title } : { type: 'openUrl', title, value: url };
