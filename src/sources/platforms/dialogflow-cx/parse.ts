import { collectAttributes } from '../../../events/collect-attributes.js';
import { byContent, byId } from '../../../events/dedupe.js';
import type { IncomingEvent } from '../../../events/incoming-event.js';
import { attributeKey } from '../../../profiles/attribute-key.js';
import { ownValue } from '../../../profiles/own-value.js';
import { channelAttribute, subscriberIdentity } from '../../authored-event.js';
import { namedEvent, readAuthorFields } from '../../author-fields.js';
import { readAuthoredBody } from '../../authored-body.js';
import { type HookRequest, type SourceContext, UnreadableBodyError } from '../../chat-platform.js';
import { contactInPayload, phoneIdentity, sessionId } from '../../google-contact.js';
import { entityCaptions } from '../../google-values.js';
import { field, idOf, objectField, textOf } from '../../json-fields.js';
import type { JsonObject } from '../../read-json.js';
import { readObject } from '../../read-request.js';
import { splitConsents } from '../../split-consents.js';
import { knownParameters } from './parameters.js';
import type { DialogflowCxSettings } from './settings.js';

const advice = 'Send the standard WebhookRequest of Dialogflow CX unchanged, or a body of your own with "contact_id".';
const sameTurnMs = 10_000;
const idNames = ['contactId', 'customerId', 'userId', 'sessionId', 'session', 'id'];
/** Fields that only the standard request has; a flexible webhook sends what its author typed. */
const standardFields = ['detectIntentResponseId', 'fulfillmentInfo', 'sessionInfo', 'intentInfo', 'pageInfo'];

/** One turn that calls a webhook, as one event named by the webhook's tag; or whatever a flexible webhook sends. */
export function parse(request: HookRequest, source: SourceContext<DialogflowCxSettings>): readonly IncomingEvent[] {
  const { root, notes } = readObject(request, advice);
  if (standardFields.some((name) => Object.hasOwn(root, name))) return [standardEvent(root, request, source)];
  const channel = source.settings.channel === 'auto' ? null : source.settings.channel;
  const event = readAuthoredBody({ root, notes, idNames, channel }, request, source);
  if (event === null) throw new UnreadableBodyError(`The body names nobody. ${advice}`);
  return [event];
}

function standardEvent(
  root: JsonObject,
  request: HookRequest,
  { key, settings }: SourceContext<DialogflowCxSettings>,
): IncomingEvent {
  const payload = objectField(root, 'payload') ?? {};
  const contact = contactInPayload(payload, key);
  const author = readAuthorFields([], request, settings);
  const channel = author.channel ?? (settings.channel === 'auto' ? contact.channel : settings.channel);
  const session = textOf(field(objectField(root, 'sessionInfo') ?? {}, 'session'));

  const { attributes: raw, consents } = splitConsents(knownParameters(root, ownAnswers(settings)));
  if (contact.name !== null) raw.push({ key: 'fullName', label: 'Name', value: contact.name, fallback: true });
  const captions = { ...entityCaptions, ...settings.captions };
  const collected = collectAttributes(raw, { ...settings, captions });
  const caller = phoneIdentity(textOf(field(root, 'callerId')));
  const known = [...contact.identities, ...caller, ...collected.identities];
  const id = sessionId(session);
  const identities = settings.sessionIsPerson ? [...known, ...subscriberIdentity(key, 'session', id)] : known;
  if (identities.length === 0) throw nobody(settings);

  const isTest = isDraft(session) && settings.draftIsTest && !settings.allowTestTraffic;
  const event = {
    ...tagEvent(root, author.event, settings, isTest),
    occurredAt: author.occurredAt,
    channel,
    identities,
    attributes: [...collected.attributes, ...channelAttribute(channel)],
    tagsAdded: [],
    tagsRemoved: [],
    consents,
    text: saidText(root),
    properties: propertiesOf(root),
  };
  const note = isTest
    ? [
        'It came from the draft of the agent, not from an environment, so it counts as a test. The source’s draftIsTest decides.',
      ]
    : [];
  return { ...event, dedupe: dedupeOf(root, event, author.eventId, id), notes: [...note, ...collected.notes] };
}

/** Names in the answer that are no names of the attribute itself: `plan` as `parley_plan`. Of one name for both, nobody can say who set it. */
const ownAnswers = ({ replyAttributes, captions }: DialogflowCxSettings): string[] =>
  Object.entries(replyAttributes).flatMap(([attribute, name]) =>
    (ownValue(captions, name) ?? attributeKey(name)) === attribute ? [] : [name],
  );

/** The simulator talks to the draft, whose sessions name no environment. Google does not say so; hence the setting. */
const isDraft = (session: string | null): boolean => session !== null && !session.includes('/environments/');

function nobody({ sessionIsPerson }: DialogflowCxSettings): UnreadableBodyError {
  return new UnreadableBodyError(
    sessionIsPerson
      ? `sessionInfo.session is missing. ${advice}`
      : 'The turn names nobody: no contact in the payload, no e-mail address, no phone number. Send one of them in the payload, or switch sessionIsPerson on.',
  );
}

function tagEvent(
  root: JsonObject,
  named: string | null,
  { eventNames }: DialogflowCxSettings,
  isTest: boolean,
): Pick<IncomingEvent, 'kind' | 'name'> {
  const name = named ?? namedEvent(tagOf(root) ?? '', eventNames);
  if (isTest) return { kind: 'test', name: name ?? 'message' };
  return name === null ? { kind: 'message_in', name: 'message' } : { kind: 'business_event', name };
}

const tagOf = (root: JsonObject): string | null => textOf(field(objectField(root, 'fulfillmentInfo') ?? {}, 'tag'));

/** What the person said, typed or spoke; a trigger is not the person's. */
const saidText = (root: JsonObject): string | null =>
  textOf(field(root, 'text')) ?? textOf(field(root, 'transcript')) ?? textOf(field(root, 'dtmfDigits'));

function propertiesOf(root: JsonObject): Record<string, string | number> {
  const intent = objectField(root, 'intentInfo') ?? {};
  const confidence = field(intent, 'confidence');
  const texts = {
    tag: tagOf(root),
    intent: textOf(field(intent, 'displayName')),
    page: textOf(field(objectField(root, 'pageInfo') ?? {}, 'displayName')),
    triggerEvent: textOf(field(root, 'triggerEvent')),
    language: textOf(field(root, 'languageCode')),
  };
  return {
    ...Object.fromEntries(Object.entries(texts).filter((entry): entry is [string, string] => entry[1] !== null)),
    ...(typeof confidence === 'number' && { confidence }),
  };
}

/** All webhooks of one turn have the same response id, so the tag belongs to the key. */
function dedupeOf(
  root: JsonObject,
  event: Omit<IncomingEvent, 'dedupe' | 'notes'>,
  authorsId: string | null,
  session: string | null,
): IncomingEvent['dedupe'] {
  if (authorsId !== null) return byId('event', authorsId);
  const id = idOf(field(root, 'detectIntentResponseId'));
  return id === null ? byContent(event, [session], sameTurnMs) : byId('response', `${id}:${tagOf(root) ?? ''}`);
}
