import type { AttributeValue } from '../profiles/attribute.js';
import { setOwn } from '../profiles/own-value.js';
import type { ContentDefinition } from './content-template.js';
import type { Reader } from './reader.js';
import type { Card, Choice, RenderedContent, RenderedMessage } from './rendered-content.js';
import { fillIn } from './template.js';

/** What a template can speak of: the person, and what has just happened. */
export interface ContentSubject {
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly tags: readonly string[];
  readonly segments: readonly string[];
  readonly channel: string | null;
  readonly event: string;
  /** What the person has just written. */
  readonly text: string | null;
  readonly properties: Readonly<Record<string, string | number | boolean>>;
}

const longestText = 4_000;

/** Fills in a whole template for one person. What comes out empty, or is no address where one belongs, is left out and said. */
export function renderContent(
  template: string,
  definition: ContentDefinition,
  subject: ContentSubject,
  reader: Reader,
): RenderedContent {
  const filler = new Filler(dataOf(subject), reader);
  const messages = definition.messages.flatMap((message) => filler.message(message));
  return {
    template,
    messages,
    quickReplies: filler.choices(definition.quickReplies),
    fields: filler.fields(definition.fields),
    tagsToAdd: filler.all(definition.addTags),
    tagsToRemove: filler.all(definition.removeTags),
    goTo: definition.goTo === undefined ? null : filler.text(definition.goTo),
    notes: filler.notes,
  };
}

/** Attributes stand at the top; the words below win over attributes of the same name, which `attributes.…` still reaches. */
function dataOf(subject: ContentSubject): Readonly<Record<string, unknown>> {
  const data: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(subject.attributes)) setOwn(data, key, value);
  return {
    ...data,
    attributes: subject.attributes,
    tags: subject.tags,
    segments: subject.segments,
    channel: subject.channel ?? data.channel,
    event: { name: subject.event, ...subject.properties },
    text: subject.text ?? '',
  };
}

/** `{{budget}}` alone: the value itself, not its text. */
const onlyName = /^\{\{\s*([\p{L}_][\p{L}\p{M}\p{N}_]*)\s*\}\}$/u;

class Filler {
  readonly notes: string[] = [];
  constructor(
    private readonly data: Readonly<Record<string, unknown>>,
    private readonly reader: Reader,
  ) {}

  /** Null: nothing came out. */
  text(template: string | undefined): string | null {
    if (template === undefined) return null;
    try {
      const text = fillIn(template, this.data, this.reader).trim().slice(0, longestText).toWellFormed();
      return text === '' ? null : text;
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      this.notes.push(`"${excerpt(template)}" cannot be filled in: ${said}`);
      return null;
    }
  }

  all(templates: readonly string[]): string[] {
    return [...new Set(templates.map((template) => this.text(template)).filter((text) => text !== null))];
  }

  fields(templates: Readonly<Record<string, string>>): Record<string, string | number | boolean> {
    const fields: Record<string, string | number | boolean> = {};
    for (const [name, template] of Object.entries(templates)) {
      const key = onlyName.exec(template.trim())?.[1];
      const raw = key !== undefined && Object.hasOwn(this.data, key) ? this.data[key] : undefined;
      const value = typeof raw === 'number' || typeof raw === 'boolean' ? raw : this.text(template);
      if (value !== null) setOwn(fields, name, value);
    }
    return fields;
  }

  message(message: ContentDefinition['messages'][number]): RenderedMessage[] {
    if ('text' in message) {
      const text = this.#needed(message.text, 'A message');
      return text === null ? [] : [{ type: 'text', text, choices: this.choices(message.buttons) }];
    }
    if ('media' in message) {
      const url = this.#address(message.url, 'A message');
      return url === null ? [] : [{ type: message.media, url }];
    }
    const cards = message.cards.flatMap((card) => this.#card(card));
    return cards.length === 0 ? [] : [{ type: 'cards', cards }];
  }

  choices(buttons: readonly { title: string; url?: string | undefined; goTo?: string | undefined }[]): Choice[] {
    return buttons.flatMap((button) => {
      const title = this.#needed(button.title, 'A button');
      const url = button.url === undefined ? null : this.#address(button.url, 'A button');
      if (title === null || (button.url !== undefined && url === null)) return [];
      return [{ title, url, goTo: this.text(button.goTo) }];
    });
  }

  #card(card: Extract<ContentDefinition['messages'][number], { cards: unknown }>['cards'][number]): Card[] {
    const title = this.#needed(card.title, 'A card');
    if (title === null) return [];
    return [
      {
        title,
        subtitle: this.text(card.subtitle),
        imageUrl: card.image === undefined ? null : this.#address(card.image, 'A card’s image'),
        url: card.url === undefined ? null : this.#address(card.url, 'A card'),
        choices: this.choices(card.buttons),
      },
    ];
  }

  #needed(template: string, what: string): string | null {
    const text = this.text(template);
    if (text === null) this.notes.push(`${what} was left out because nothing came out of "${excerpt(template)}".`);
    return text;
  }

  /** Only addresses that a phone opens as a page; a value in a profile must not become `javascript:`. */
  #address(template: string, what: string): string | null {
    const text = this.text(template);
    if (text !== null && /^https?:$/.test(URL.parse(text)?.protocol ?? '') && !/\s/.test(text)) return text;
    this.notes.push(`${what} was left out because "${excerpt(template)}" gave no web address.`);
    return null;
  }
}

const excerpt = (template: string): string => (template.length <= 60 ? template : `${template.slice(0, 59)}…`);
