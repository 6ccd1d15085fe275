import type { IncomingEvent } from '../../../events/incoming-event.js';
import { attributeKey } from '../../../profiles/attribute-key.js';
import { readAuthoredBody } from '../../authored-body.js';
import { type ChatPlatform, type HookRequest, type SourceContext, UnreadableBodyError } from '../../chat-platform.js';
import { flatReply } from '../../flat-reply.js';
import { kindOf } from '../../json-fields.js';
import { sharedSecret } from '../../proof.js';
import { isJsonArray, isJsonObject, type JsonValue } from '../../read-json.js';
import { readRequest } from '../../read-request.js';
import { type GenericSettings, genericSettings } from './settings.js';

const advice = 'Send one JSON object, or a list of them.';
const mostAtOnce = 1_000;

/** Any program that can make a web request: a JSON object, a list of them, a form, or fields in the address. */
export const generic: ChatPlatform<GenericSettings> = {
  id: 'generic',
  title: 'Generic JSON',
  settings: genericSettings,
  replyDeadlineMs: 10_000,
  presentedProof: (request, { settings }) => sharedSecret(request, settings),
  parse,
  reply: (decision, { settings }, exchange) => ({
    status: 200,
    body: flatReply(decision, settings.replyAttributes, exchange),
  }),
  neutralReply: ({ settings }) => ({ status: 200, body: flatReply(null, settings.replyAttributes) }),
};

function parse(request: HookRequest, source: SourceContext<GenericSettings>): readonly IncomingEvent[] {
  const { root, notes } = readRequest(request, advice);
  const bodies: readonly JsonValue[] = isJsonArray(root) ? root : [root];
  if (bodies.length > mostAtOnce)
    throw new UnreadableBodyError(`The list has ${bodies.length} entries. Send at most ${mostAtOnce} at once.`);
  const idNames = source.settings.idFields.map((name) => attributeKey(name));
  return bodies.map((body, at) => {
    const place = isJsonArray(root) ? `Entry ${at + 1} of the list` : 'The body';
    if (!isJsonObject(body)) throw new UnreadableBodyError(`${place} is ${kindOf(body)}. ${advice}`);
    const event = readAuthoredBody({ root: body, notes, idNames, channel: source.settings.channel }, request, source);
    if (event !== null) return event;
    const names = source.settings.idFields.join(', ');
    throw new UnreadableBodyError(
      `${place} names nobody: none of ${names}, no e-mail address, no phone number. Add one of them.`,
    );
  });
}
