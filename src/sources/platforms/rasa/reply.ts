import type { Decision } from '../../../events/decision.js';
import type { Choice, RenderedMessage } from '../../../personalization/rendered-content.js';
import type { Exchange, HookReply, HookRequest, SourceContext } from '../../chat-platform.js';
import { Fitting } from '../../fitting.js';
import { fieldsToSet } from '../../flat-reply.js';
import { field, objectField } from '../../json-fields.js';
import type { JsonObject } from '../../read-json.js';
import { objectSent } from '../../read-request.js';
import type { RasaSettings } from './settings.js';

const most = { responses: 10, buttons: 11 } as const;

/**
 * The answer of an action server: slots that change, and messages. What is not the call of an action (a relay, the callback channel) is
 * answered with nothing.
 *
 * @see https://rasa.com/docs/rasa/pages/action-server-api
 */
export function reply(decision: Decision, settings: RasaSettings, { content, request }: Exchange): HookReply {
  const sent = objectSent(request);
  const tracker = objectField(sent, 'tracker');
  if (tracker === null) return { status: 200, body: {} };
  const fitting = new Fitting();
  const slots = objectField(tracker, 'slots');
  const events = fieldsToSet(decision, settings.replyAttributes, content)
    .filter(([name, value]) => isKnown(name, slots, fitting) && field(slots ?? {}, name) !== value)
    .map(([name, value]) => ({ event: 'slot', timestamp: null, name, value }));
  if (content !== null && content.tagsToAdd.length + content.tagsToRemove.length > 0)
    fitting.leave('Tags: Rasa has none. Set a slot instead.');
  const goOn = content?.goTo == null ? [] : [{ event: 'followup', timestamp: null, name: content.goTo }];
  const responses = fitting.take(
    (content?.messages ?? []).flatMap((message) => responsesOf(message, fitting)),
    most.responses,
    'messages',
  );
  const buttons = buttonsOf(content?.quickReplies ?? [], fitting);
  const body = { events: [...events, ...goOn], responses: withButtons(responses, buttons, fitting) };
  return { status: 200, body, leftOut: fitting.leftOut };
}

/** Valid, and changes nothing. */
export function neutralReply(_source: SourceContext<RasaSettings>, request: HookRequest): HookReply {
  const isAction = objectField(objectSent(request), 'tracker') !== null;
  return { status: 200, body: isAction ? { events: [], responses: [] } : {} };
}

/** The domain's slots are all listed; one that is not there would be lost without a word. */
function isKnown(name: string, slots: JsonObject | null, fitting: Fitting): boolean {
  if (slots === null || Object.hasOwn(slots, name)) return true;
  fitting.leave(`The slot "${name}": the assistant’s domain has none of that name.`);
  return false;
}

interface Response {
  readonly text?: string;
  readonly image?: string;
  readonly buttons?: readonly object[];
}

function responsesOf(message: RenderedMessage, fitting: Fitting): Response[] {
  switch (message.type) {
    case 'text': {
      const buttons = buttonsOf(message.choices, fitting);
      return [{ text: withLinks(message.text, message.choices), ...(buttons.length > 0 && { buttons }) }];
    }
    case 'image':
      return [{ image: message.url }];
    case 'cards':
      return message.cards.map(({ title, subtitle, imageUrl, url, choices }) => {
        const buttons = buttonsOf(choices, fitting);
        const text = [title, subtitle, url].filter((line) => line !== null).join('\n');
        return {
          text: withLinks(text, choices),
          ...(imageUrl !== null && { image: imageUrl }),
          ...(buttons.length > 0 && { buttons }),
        };
      });
    default:
      return [{ text: message.url }];
  }
}

/** A button of Rasa says something for the person; an address stands in the text. */
function withLinks(text: string, choices: readonly Choice[]): string {
  const links = choices.flatMap(({ title, url }) => (url === null ? [] : [`${title}: ${url}`]));
  return [text, ...links].join('\n');
}

function buttonsOf(choices: readonly Choice[], fitting: Fitting): object[] {
  const buttons = choices.flatMap(({ title, url, goTo }) => (url === null ? [{ title, payload: goTo ?? title }] : []));
  return fitting.take(buttons, most.buttons, 'buttons');
}

function withButtons(responses: readonly Response[], buttons: readonly object[], fitting: Fitting): Response[] {
  const last = responses.at(-1);
  if (buttons.length === 0) return [...responses];
  if (last === undefined) {
    fitting.leave('Quick replies: they need a message to stand under.');
    return [];
  }
  const all = fitting.take([...(last.buttons ?? []), ...buttons], most.buttons, 'buttons');
  return [...responses.slice(0, -1), { ...last, buttons: all }];
}
