import type { Choice, RenderedContent, RenderedMessage } from '../../../personalization/rendered-content.js';
import type { Decision } from '../../../events/decision.js';
import type { Exchange, HookReply } from '../../chat-platform.js';
import { Fitting } from '../../fitting.js';
import { fieldsToSet } from '../../flat-reply.js';
import { field, objectField, textOf } from '../../json-fields.js';
import { isJsonArray, isJsonObject, type JsonObject } from '../../read-json.js';
import { objectSent } from '../../read-request.js';
import { fitSize } from '../../size-limit.js';
import type { DialogflowEsSettings } from './settings.js';

const most = { messages: 10, quickReplies: 11, buttons: 3, cards: 10 } as const;
const mostBytes = 60 * 1024; // Dialogflow takes 64 KiB
const mostContextBytes = 30 * 1024;

/**
 * A WebhookResponse: messages for every channel, and a context that hands attributes on. Without messages the console's own
 * answer is said.
 *
 * @see https://github.com/googleapis/googleapis/blob/master/google/cloud/dialogflow/v2/webhook.proto
 */
export function reply(decision: Decision, settings: DialogflowEsSettings, { content, request }: Exchange): HookReply {
  const fitting = new Fitting();
  const sent = objectSent(request);
  const parameters = Object.fromEntries(fieldsToSet(decision, settings.replyAttributes, content));
  const contexts = contextsFor(parameters, settings, sent, fitting);
  const messages = content === null ? [] : messagesOf(content, fitting);
  if (content !== null && content.tagsToAdd.length + content.tagsToRemove.length > 0)
    fitting.leave('Tags: Dialogflow has none. Set a field instead.');
  const goOn =
    content?.goTo == null ? {} : { followupEventInput: { name: content.goTo, languageCode: languageOf(sent) } };
  if (content?.goTo != null && messages.length > 0)
    fitting.leave('Messages: Dialogflow says none when it goes on with another event.');
  const body = fitSize(
    (parts) => ({
      ...(parts.length > 0 && content?.goTo == null && { fulfillmentMessages: parts }),
      ...(contexts.length > 0 && { outputContexts: contexts }),
      ...goOn,
    }),
    messages.map((value, at) => ({ what: `Message ${at + 1}`, value })),
    mostBytes,
    fitting,
  );
  return { status: 200, body, leftOut: fitting.leftOut };
}

/**
 * Ours, and those that are open: what is not named would be closed, and the conversation would forget where it was.
 */
function contextsFor(
  parameters: object,
  settings: DialogflowEsSettings,
  sent: JsonObject,
  fitting: Fitting,
): readonly object[] {
  if (Object.keys(parameters).length === 0) return [];
  const session = textOf(field(sent, 'session'));
  if (session === null) {
    fitting.leave('Fields: the request names no session to keep them in.');
    return [];
  }
  const ours = `${session}/contexts/${settings.contextName}`;
  const open = openContexts(sent).filter(({ name }) => name.toLowerCase() !== ours.toLowerCase());
  const fits = Buffer.byteLength(JSON.stringify(open)) <= mostContextBytes;
  if (!fits) fitting.leave(`The open contexts: together they are larger than ${mostContextBytes} bytes.`);
  return [...(fits ? open : []), { name: ours, lifespanCount: settings.contextLifespan, parameters }];
}

/** As they came, with what is left of their lifespan. */
function openContexts(sent: JsonObject): (JsonObject & { readonly name: string })[] {
  const contexts = field(objectField(sent, 'queryResult') ?? {}, 'outputContexts');
  if (contexts === undefined || !isJsonArray(contexts)) return [];
  return contexts.filter(isJsonObject).flatMap((context) => {
    const [name, lifespan] = [textOf(field(context, 'name')), field(context, 'lifespanCount')];
    const isOpen = typeof lifespan === 'number' && lifespan > 0;
    return name === null || !isOpen ? [] : [{ ...context, name }];
  });
}

const languageOf = (sent: JsonObject): string =>
  textOf(field(objectField(sent, 'queryResult') ?? {}, 'languageCode')) ?? 'en';

function messagesOf({ messages, quickReplies }: RenderedContent, fitting: Fitting): object[] {
  const all = messages.flatMap((message) => messageOf(message, fitting));
  const titles = fitting.take(
    quickReplies.map(({ title }) => title),
    most.quickReplies,
    'quick replies',
  );
  const replies = titles.length === 0 ? [] : [{ quickReplies: { quickReplies: titles } }];
  return [...fitting.take(all, most.messages, 'messages'), ...replies];
}

function messageOf(message: RenderedMessage, fitting: Fitting): object[] {
  switch (message.type) {
    case 'text':
      return message.choices.length === 0
        ? [{ text: { text: [message.text] } }]
        : [{ card: { title: message.text, buttons: buttonsOf(message.choices, fitting) } }];
    case 'image':
      return [{ image: { imageUri: message.url } }];
    case 'cards':
      return fitting.take(message.cards, most.cards, 'cards').map(({ title, subtitle, imageUrl, url, choices }) => ({
        card: {
          title,
          ...(subtitle !== null && { subtitle }),
          ...(imageUrl !== null && { imageUri: imageUrl }),
          buttons: buttonsOf(url === null ? choices : [{ title, url, goTo: null }, ...choices], fitting),
        },
      }));
    default:
      return [{ text: { text: [message.url] } }];
  }
}

/** `postback` is the address, or what the button says for the person. */
function buttonsOf(choices: readonly Choice[], fitting: Fitting): object[] {
  return fitting
    .take(choices, most.buttons, 'buttons')
    .map(({ title, url, goTo }) => ({ text: title, postback: url ?? goTo ?? title }));
}
