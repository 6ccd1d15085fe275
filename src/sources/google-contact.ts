import type { Identity } from '../profiles/identity.js';
import { normalisePhone } from '../profiles/phone.js';
import { subscriberIdentity } from './authored-event.js';
import { channelName } from './channel-name.js';
import { field, idOf, objectField, textOf } from './json-fields.js';
import type { JsonObject } from './read-json.js';

/** Who writes, as far as the program between the channel and Dialogflow says it. */
export interface GoogleContact {
  /** The strongest first; empty: only the session is known. */
  readonly identities: readonly Identity[];
  readonly channel: string | null;
  readonly name: string | null;
}

/** Names of an id in a payload that a program of one's own fills. */
const idNames = [
  'contact_id',
  'contactId',
  'cId',
  'customer_id',
  'user_id',
  'userId',
  'subscriber_id',
  'senderId',
  'sender_id',
];

/**
 * The contact in a payload: Messenger's sender (Dialogflow's own integration), the caller of a phone gateway, or the contact of a program in
 * between (`payload.contact`, or its id beside it).
 */
export function contactInPayload(payload: JsonObject, sourceKey: string): GoogleContact {
  const data = objectField(payload, 'data') ?? {};
  const contact = objectField(payload, 'contact') ?? objectField(payload, 'user') ?? {};
  const own = firstId(contact, [...idNames, 'id']) ?? firstId(payload, idNames);
  const identities = [
    ...subscriberIdentity(sourceKey, 'contact', own),
    ...subscriberIdentity(sourceKey, 'messenger', messengerSender(data)),
    ...subscriberIdentity(sourceKey, 'telegram', telegramSender(data)),
    ...phoneIdentity(callerId(payload)),
  ];
  return {
    identities,
    channel: channelName(textOf(field(payload, 'source')) ?? '') ?? (callerId(payload) === null ? null : 'phone'),
    name: textOf(field(contact, 'name')),
  };
}

function firstId(object: JsonObject, names: readonly string[]): string | null {
  return names.map((name) => idOf(field(object, name))).find((id) => id !== null) ?? null;
}

const messengerSender = (data: JsonObject): string | null => idOf(field(objectField(data, 'sender') ?? {}, 'id'));

function telegramSender(data: JsonObject): string | null {
  const message =
    objectField(data, 'message') ?? objectField(objectField(data, 'callback_query') ?? {}, 'message') ?? {};
  return idOf(field(objectField(message, 'from') ?? objectField(message, 'chat') ?? {}, 'id'));
}

function callerId(payload: JsonObject): string | null {
  return textOf(field(objectField(payload, 'telephony') ?? {}, 'caller_id'));
}

/** A gateway writes E.164; on trial it hides the number. */
export function phoneIdentity(text: string | null): Identity[] {
  const phone = text === null ? null : normalisePhone(text, null);
  return phone === null ? [] : [{ kind: 'phone', namespace: '', value: phone }];
}

/** What follows `/sessions/` in a session's name, whatever stands before it. */
export function sessionId(session: string | null): string | null {
  return idOf(/\/sessions\/([^/]+)/.exec(session ?? '')?.[1]);
}
