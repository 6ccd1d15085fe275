import { collectAttributes } from '../../../events/collect-attributes.js';
import { byContent, byId } from '../../../events/dedupe.js';
import type { IncomingEvent } from '../../../events/incoming-event.js';
import { channelAttribute, subscriberIdentity } from '../../authored-event.js';
import { namedEvent, readAuthorFields } from '../../author-fields.js';
import { channelName } from '../../channel-name.js';
import { type HookRequest, type SourceContext, UnreadableBodyError } from '../../chat-platform.js';
import { contactInPayload, sessionId } from '../../google-contact.js';
import { entityCaptions } from '../../google-values.js';
import { field, idOf, objectField, textOf } from '../../json-fields.js';
import type { JsonObject } from '../../read-json.js';
import { readObject } from '../../read-request.js';
import { contextContact, turnParameters } from './parameters.js';
import type { DialogflowEsSettings } from './settings.js';

const advice = 'This source is for Dialogflow ES: send its WebhookRequest unchanged.';
/** Where Dialogflow's own console says it is the source. */
const testConsole = 'DIALOGFLOW_CONSOLE';
/**
 * Dialogflow may ask twice for one turn when an answer was slow, under another response id.
 *
 * @see https://github.com/dialogflow/dialogflow-fulfillment-nodejs/issues/334
 */
const sameTurnMs = 10_000;

/** One turn of a conversation whose intent asks for a webhook, as one event that is named by the intent. */
export function parse(request: HookRequest, source: SourceContext<DialogflowEsSettings>): readonly IncomingEvent[] {
  const { key, settings } = source;
  const { root } = readObject(request, advice);
  const result = objectField(root, 'queryResult');
  if (result === null) throw new UnreadableBodyError(`queryResult is missing. ${advice}`);
  const original = objectField(root, 'originalDetectIntentRequest') ?? {};
  const contact = contactInPayload(objectField(original, 'payload') ?? {}, key);
  const author = readAuthorFields([], request, settings);
  const channel = author.channel ?? channelOf(settings, contact.channel, original);

  const { attributes: raw, consents } = turnParameters(result, settings.contextName);
  if (contact.name !== null) raw.push({ key: 'fullName', label: 'Name', value: contact.name, fallback: true });
  const captions = { ...entityCaptions, ...settings.captions };
  const collected = collectAttributes(raw, { ...settings, captions });
  const known = [...contact.identities, ...contextContact(result, key), ...collected.identities];
  const session = sessionId(textOf(field(root, 'session')));
  const identities = settings.sessionIsPerson ? [...known, ...subscriberIdentity(key, 'session', session)] : known;
  if (identities.length === 0) throw nobody(settings);

  const isTest = !settings.allowTestTraffic && textOf(field(original, 'source')) === testConsole;
  const event = {
    ...intentEvent(result, author.event, settings, isTest),
    occurredAt: author.occurredAt,
    channel,
    identities,
    attributes: [...collected.attributes, ...channelAttribute(channel)],
    tagsAdded: [],
    tagsRemoved: [],
    consents,
    text: textOf(field(result, 'queryText')),
    properties: propertiesOf(result),
  };
  return [{ ...event, ...dedupeOf(root, event, author.eventId, session), notes: collected.notes }];
}

function dedupeOf(
  root: JsonObject,
  event: Omit<IncomingEvent, 'dedupe' | 'notes'>,
  authorsId: string | null,
  session: string | null,
): Pick<IncomingEvent, 'dedupe' | 'alsoDedupe'> {
  if (authorsId !== null) return { dedupe: byId('event', authorsId) };
  const sameWords = byContent(event, [session], sameTurnMs);
  const id = idOf(field(root, 'responseId'));
  return id === null ? { dedupe: sameWords } : { dedupe: byId('response', id), alsoDedupe: sameWords };
}

function nobody({ sessionIsPerson }: DialogflowEsSettings): UnreadableBodyError {
  return new UnreadableBodyError(
    sessionIsPerson
      ? `session is missing. ${advice}`
      : 'The turn names nobody: no contact in the payload, no e-mail address, no phone number. Send one of them in the payload, or switch sessionIsPerson on.',
  );
}

/** `DIALOGFLOW_CONSOLE` is no channel. */
function channelOf({ channel }: DialogflowEsSettings, told: string | null, original: JsonObject): string | null {
  if (channel !== 'auto') return channel;
  const from = textOf(field(original, 'source'));
  return told ?? (from === null || from === testConsole ? null : channelName(from));
}

/**
 * The author chose which intents ask for a webhook, so the intent's action or name is the event. What no intent understood is only a message.
 */
function intentEvent(
  result: JsonObject,
  named: string | null,
  { eventNames }: DialogflowEsSettings,
  isTest: boolean,
): Pick<IncomingEvent, 'kind' | 'name'> {
  const intent = objectField(result, 'intent') ?? {};
  const action = textOf(field(result, 'action'));
  const isFallback = field(intent, 'isFallback') === true || action === 'input.unknown';
  const name =
    named ?? (isFallback ? null : namedEvent(action ?? textOf(field(intent, 'displayName')) ?? '', eventNames));
  if (isTest) return { kind: 'test', name: name ?? 'message' };
  return name === null ? { kind: 'message_in', name: 'message' } : { kind: 'business_event', name };
}

function propertiesOf(result: JsonObject): Record<string, string | number> {
  const confidence = field(result, 'intentDetectionConfidence');
  const texts = {
    intent: textOf(field(objectField(result, 'intent') ?? {}, 'displayName')),
    action: textOf(field(result, 'action')),
    language: textOf(field(result, 'languageCode')),
  };
  return {
    ...Object.fromEntries(Object.entries(texts).filter((entry): entry is [string, string] => entry[1] !== null)),
    ...(typeof confidence === 'number' && { confidence }),
  };
}
