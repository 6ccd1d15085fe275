import type { Identity } from '../../../profiles/identity.js';
import { fromUnixSeconds } from '../../../profiles/moment.js';
import { normalisePhone } from '../../../profiles/phone.js';
import { subscriberIdentity } from '../../authored-event.js';
import { channelName } from '../../channel-name.js';
import { type SourceContext, UnreadableBodyError } from '../../chat-platform.js';
import { idOf } from '../../json-fields.js';
import type { JsonValue } from '../../read-json.js';
import type { RasaSettings } from './settings.js';

/** How Rasa's connectors tell what is no channel to a person: interfaces of programs. */
const noChannel: ReadonlySet<string> = new Set(['rest', 'callback', 'hangouts', 'rasa', 'default']);
const webChannels: ReadonlySet<string> = new Set(['socketio', 'chatroom', 'webchat', 'botframework']);

/** Rasa's own shell and test tools, whose sender is called `default` by default. */
const testChannels: ReadonlySet<string> = new Set(['cmdline', 'inspector']);

/**
 * Who writes. Twilio's senders carry the number itself: `whatsapp:+447700900123`.
 *
 * @throws UnreadableBodyError
 */
export function senderIdentities(value: JsonValue | undefined, name: string, sourceKey: string): Identity[] {
  const id = idOf(value);
  if (id === null) throw new UnreadableBodyError(`${name} is missing: it tells whose conversation this is.`);
  const phone = /^(?:whatsapp:)?(\+\d{6,15})$/.exec(id)?.[1];
  const number = phone === undefined ? null : normalisePhone(phone, null);
  return [
    ...subscriberIdentity(sourceKey, 'contact', id),
    ...(number === null ? [] : [{ kind: 'phone', namespace: '', value: number } as const]),
  ];
}

export function channelOf(
  told: string | null,
  identities: readonly Identity[],
  { channel }: RasaSettings,
): string | null {
  if (channel !== 'auto') return channel;
  if (identities[0]?.value.startsWith('whatsapp:') === true) return 'whatsapp';
  if (told === null || noChannel.has(told) || testChannels.has(told)) return null;
  if (webChannels.has(told)) return 'web';
  return told === 'twilio' ? 'sms' : channelName(told);
}

/** What a developer types into a shell is no conversation, unless the source allows it. */
export function isTest(told: string | null, { settings }: Pick<SourceContext<RasaSettings>, 'settings'>): boolean {
  return told !== null && testChannels.has(told) && !settings.allowTestTraffic;
}

/** Rasa's clock: seconds since 1970, as a float. */
export const momentOf = (value: JsonValue | undefined): Date | null =>
  typeof value === 'number' ? fromUnixSeconds(value) : null;
