import type { RawAttribute } from '../../../events/collect-attributes.js';
import type { IncomingConsent, IncomingEvent } from '../../../events/incoming-event.js';
import type { Identity } from '../../../profiles/identity.js';
import { isNoValue } from '../../../profiles/no-value.js';
import { consentIn, readAuthorFields } from '../../author-fields.js';
import { authoredEvent, subscriberIdentity } from '../../authored-event.js';
import { type HookRequest, type SourceContext, UnreadableBodyError } from '../../chat-platform.js';
import { field, idOf, textOf } from '../../json-fields.js';
import type { JsonObject, JsonValue } from '../../read-json.js';
import { readObject } from '../../read-request.js';
import { contactFields } from './contact-fields.js';
import type { ChatfuelSettings } from './settings.js';

const advice =
  'In the JSON API card, choose POST and "Full JSON profile", or put every {{attribute}} of your own JSON between double quotes.';

/** Chatfuel writes its dates without a zone and means UTC. */
const chatfuelZone = 'UTC';

/** One request of a JSON API card as one event: the full profile, the author's own body, a form, or fields in the address. */
export function parse(request: HookRequest, source: SourceContext<ChatfuelSettings>): readonly IncomingEvent[] {
  const { key, settings } = source;
  const { root, notes } = readObject(request, advice);
  const profile = readProfile(root, key);
  const author = readAuthorFields(profile.others, request, settings);
  const event = authoredEvent(
    {
      author,
      subscribers: profile.identities,
      attributes: [...profile.attributes, ...author.others.map(([label, value]) => ({ label, value }))],
      consents: profile.consents,
      channel: author.channel ?? channelOf(profile, settings),
      text: author.text ?? textOf(field(root, 'last user freeform input')),
      properties: profile.properties,
      notes,
    },
    { ...settings, timeZone: settings.timeZone ?? chatfuelZone },
  );
  if (event === null)
    throw new UnreadableBodyError(
      'The request names nobody: no messenger user id, no chatfuel user id, no e-mail address, no phone number. Choose "Full JSON profile", or add them.',
    );
  return [event];
}

interface ReadProfile {
  readonly identities: Identity[];
  readonly attributes: RawAttribute[];
  readonly consents: IncomingConsent[];
  readonly properties: Record<string, string>;
  /** Fields that are not Chatfuel's: the author's words and the bot's attributes. */
  readonly others: (readonly [string, JsonValue])[];
}

/** `messenger_user_id` and `Messenger User ID` are what authors type for it. */
const plainName = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, ' ');

function readProfile(root: JsonObject, sourceKey: string): ReadProfile {
  const read: ReadProfile = { identities: [], attributes: [], consents: [], properties: {}, others: [] };
  for (const [name, value] of Object.entries(root)) {
    const rule = contactFields.get(plainName(name));
    if (rule === undefined) {
      const consent = consentIn(name, value);
      if (consent === undefined) read.others.push([name, value]);
      else read.consents.push(...consent);
    } else if (rule.as === 'nothing' || isNoValue(value)) continue;
    else if (rule.as === 'identity')
      read.identities.push(...subscriberIdentity(sourceKey, rule.identifies, idOf(value)));
    else if (rule.as === 'property') read.properties[rule.name] = textOf(value) ?? '';
    else read.attributes.push({ key: rule.key, label: rule.label, type: rule.type, value: asTyped(value, rule.type) });
  }
  // The channel's own id first, whichever came first.
  read.identities.sort((one, other) => rank(one) - rank(other));
  return read;
}

const rank = ({ namespace }: Identity): number => (namespace.endsWith('/contact') ? 0 : 1);

/** A name made of digits arrives as a number. */
function asTyped(value: JsonValue, type: string | undefined): JsonValue {
  return type === 'string' && typeof value === 'number' ? String(value) : value;
}

/** Messenger's ids are 15 to 17 digits; a guest on a web page has a longer one, or none. */
function channelOf({ identities }: ReadProfile, { channel }: ChatfuelSettings): string | null {
  if (channel !== 'auto') return channel;
  const instagram = identities.some(({ namespace }) => namespace.endsWith('/instagram'));
  const messenger = identities.some(
    ({ namespace, value }) => namespace.endsWith('/contact') && /^\d{15,17}$/.test(value),
  );
  return instagram === messenger ? null : instagram ? 'instagram' : 'messenger';
}
