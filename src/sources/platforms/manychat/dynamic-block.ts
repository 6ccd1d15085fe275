import type { Card, Choice, RenderedMessage } from '../../../personalization/rendered-content.js';
import type { Exchange, HookReply } from '../../chat-platform.js';
import type { Decision } from '../../../events/decision.js';
import { Fitting } from '../../fitting.js';
import { fieldsToSet } from '../../flat-reply.js';
import type { ManychatSettings } from './settings.js';

const most = { messages: 10, quickReplies: 11, actions: 5, buttons: 3, cards: 10 } as const;

/** What a Dynamic Block can hold on each channel. */
interface ChannelRules {
  /** Messenger is the channel without a name. */
  readonly type?: string;
  readonly messages: ReadonlySet<RenderedMessage['type']>;
  readonly quickReplies: boolean;
  /** Where not, the address stands in the text. */
  readonly urlButtons: boolean;
}

const everything = new Set(['text', 'image', 'video', 'audio', 'file', 'cards'] as const);

/** @see https://manychat.github.io/dynamic_block_docs/channels/ */
const channels = {
  messenger: { messages: everything, quickReplies: true, urlButtons: true },
  instagram: { type: 'instagram', messages: new Set(['text', 'image', 'cards']), quickReplies: true, urlButtons: true },
  whatsapp: { type: 'whatsapp', messages: new Set(['text']), quickReplies: false, urlButtons: false },
  telegram: {
    type: 'telegram',
    messages: new Set(['text', 'image', 'video', 'audio', 'file']),
    quickReplies: false,
    urlButtons: true,
  },
} as const satisfies Record<string, ChannelRules>;

/** For channels that the vendor's page does not name: what every channel can show. */
const otherwise: ChannelRules = { messages: new Set(['text']), quickReplies: false, urlButtons: false };

/** A Dynamic Block v2 with the content's messages, which sets the custom fields and tags asked for. */
export function dynamicBlock(
  decision: Decision,
  settings: ManychatSettings,
  { content, event }: Exchange,
): Omit<HookReply, 'status'> {
  const fitting = new Fitting();
  const rules = rulesOf(settings, event?.channel ?? null);
  const block = new Block(rules, fitting);
  const messages = (content?.messages ?? []).flatMap((message) => block.message(message));
  const quickReplies = block.quickReplies(content?.quickReplies ?? []);
  const actions = [
    ...fieldsToSet(decision, settings.replyAttributes, content).map(([field_name, value]) => ({
      action: 'set_field_value',
      field_name,
      value,
    })),
    ...(content?.tagsToAdd ?? []).map((tag_name) => ({ action: 'add_tag', tag_name })),
    ...(content?.tagsToRemove ?? []).map((tag_name) => ({ action: 'remove_tag', tag_name })),
  ];
  if (content !== null && content.goTo !== null)
    fitting.leave('Going to another step: a Dynamic Block cannot. Give the person a button instead.');
  const body = blockOf(rules, {
    messages: fitting.take(messages, most.messages, 'messages'),
    actions: fitting.take(actions, most.actions, 'actions'),
    quick_replies: fitting.take(quickReplies, most.quickReplies, 'quick replies'),
  });
  return { body, leftOut: fitting.leftOut };
}

/** Sends nothing and sets nothing. */
export const emptyBlock = (settings: ManychatSettings): object =>
  blockOf(rulesOf(settings, null), { messages: [], actions: [], quick_replies: [] });

function blockOf({ type }: ChannelRules, content: object): object {
  return { version: 'v2', content: { ...(type === undefined ? {} : { type }), ...content } };
}

function rulesOf({ channel: set }: ManychatSettings, told: string | null): ChannelRules {
  const channel = set === 'auto' ? (told ?? 'messenger') : set;
  return Object.entries(channels).find(([name]) => name === channel)?.[1] ?? otherwise;
}

class Block {
  constructor(
    private readonly rules: ChannelRules,
    private readonly fitting: Fitting,
  ) {}

  message(message: RenderedMessage): object[] {
    if (!this.rules.messages.has(message.type)) {
      this.fitting.leave(`A message of the type ${message.type}: this channel has none.`);
      return [];
    }
    if (message.type === 'text') return [this.#text(message.text, message.choices)];
    if (message.type !== 'cards') return [{ type: message.type, url: message.url }];
    const cards = this.fitting.take(message.cards, most.cards, 'cards');
    return [{ type: 'cards', elements: cards.map((card) => this.#card(card)), image_aspect_ratio: 'horizontal' }];
  }

  quickReplies(choices: readonly Choice[]): object[] {
    if (choices.length > 0 && !this.rules.quickReplies) {
      this.fitting.leave('Quick replies: this channel has none.');
      return [];
    }
    return choices.flatMap((choice) => {
      if (choice.url === null) return this.#button(choice);
      this.fitting.leave(`The quick reply "${choice.title}": it cannot open a page.`);
      return [];
    });
  }

  #text(text: string, choices: readonly Choice[]): object {
    const links = this.rules.urlButtons ? [] : choices.filter(({ url }) => url !== null);
    const withLinks = [text, ...links.map(({ title, url }) => `${title}: ${url ?? ''}`)].join('\n');
    return { type: 'text', text: withLinks, ...this.#buttons(choices.filter((choice) => !links.includes(choice))) };
  }

  #card({ title, subtitle, imageUrl, url, choices }: Card): object {
    return {
      title,
      ...(subtitle !== null && { subtitle }),
      ...(imageUrl !== null && { image_url: imageUrl }),
      ...(url !== null && { action_url: url }),
      ...this.#buttons(choices),
    };
  }

  #buttons(choices: readonly Choice[]): object {
    const buttons = this.fitting.take(
      choices.flatMap((choice) => this.#button(choice)),
      most.buttons,
      'buttons',
    );
    return buttons.length === 0 ? {} : { buttons };
  }

  #button({ title: caption, url, goTo }: Choice): object[] {
    if (url !== null) return [{ type: 'url', caption, url }];
    if (goTo !== null) return [{ type: isFlow(goTo) ? 'flow' : 'node', caption, target: goTo }];
    this.fitting.leave(`The button "${caption}": it leads nowhere. Give it a url or goTo.`);
    return [];
  }
}

/** ManyChat's own names of flows: `content20250101120000_123456`. Everything else is a step's name. */
const isFlow = (target: string): boolean => /^content\d{14}_\d+$/.test(target);
