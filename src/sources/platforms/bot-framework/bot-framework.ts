import type { IncomingEvent } from '../../../events/incoming-event.js';
import { attributeKey } from '../../../profiles/attribute-key.js';
import { readAuthoredBody } from '../../authored-body.js';
import { type ChatPlatform, type HookRequest, type SourceContext, UnreadableBodyError } from '../../chat-platform.js';
import { isJsonArray, isJsonObject, type JsonObject } from '../../read-json.js';
import { readRequest } from '../../read-request.js';
import { activityEvents } from './activity-event.js';
import { activityIn } from './activity.js';
import { presentedProof } from './proof.js';
import { neutralReply, reply } from './reply.js';
import { type BotFrameworkSettings, botFrameworkSettings } from './settings.js';

const advice =
  'In Composer’s "Send an HTTP request", set the body to =turn.activity, or to an object with "contact_id".';

/** Bots of the Microsoft Bot Framework: a request that Composer's author typed, or activities as the channels send them. */
export const botFramework: ChatPlatform<BotFrameworkSettings> = {
  id: 'bot-framework',
  title: 'Microsoft Bot Framework (Composer)',
  settings: botFrameworkSettings,
  replyDeadlineMs: 15_000,
  presentedProof,
  parse,
  reply: (decision, { settings }, exchange) => reply(decision, settings, exchange),
  neutralReply: ({ settings }) => neutralReply(settings),
};

function parse(request: HookRequest, source: SourceContext<BotFrameworkSettings>): readonly IncomingEvent[] {
  const { root, notes } = readRequest(request, advice);
  const bodies = isJsonArray(root) ? root : [root];
  return bodies.flatMap((body) => {
    if (!isJsonObject(body)) throw new UnreadableBodyError(`The body is no object. ${advice}`);
    return eventsOf(body, notes, request, source);
  });
}

function eventsOf(
  body: JsonObject,
  notes: readonly string[],
  request: HookRequest,
  source: SourceContext<BotFrameworkSettings>,
): IncomingEvent[] {
  const activity = activityIn(body);
  if (activity !== null) return activityEvents(activity, besideOf(body, activity), request, source);
  const idNames = source.settings.idFields.map((name) => attributeKey(name));
  const channel = source.settings.channel === 'auto' ? null : source.settings.channel;
  const event = readAuthoredBody({ root: body, notes, idNames, channel }, request, source);
  if (event === null)
    throw new UnreadableBodyError(
      `The body names nobody: no contact_id, no e-mail address, no phone number. ${advice}`,
    );
  return [event];
}

/** Memory that says how the bot works, not who the person is. */
const botMemory: ReadonlySet<string> = new Set(['activity', 'conversation', 'turn', 'this', 'settings', 'class']);

/** `user`, `dialog` and single fields beside the activity; what is in `user` and `dialog` counts as said directly. */
function besideOf(body: JsonObject, activity: JsonObject) {
  if (body === activity) return [];
  return Object.entries(body).flatMap(([name, value]) => {
    if (botMemory.has(name)) return [];
    return (name === 'user' || name === 'dialog') && isJsonObject(value)
      ? Object.entries(value)
      : [[name, value] as const];
  });
}
