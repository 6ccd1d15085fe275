import { z } from 'zod';
import type { ActionDeclaration, ActionRequest, ActionResult, ActionSubject } from '../action.js';
import { withheldOn } from '../channel-consent.js';
import { asDeliveryError, DeliveryError } from '../delivery-error.js';
import type { LandbotClient } from './client.js';
import type { LandbotSettings } from './settings.js';

interface Tools {
  readonly client: LandbotClient;
  readonly settings: LandbotSettings;
}

/** A declared action with what it does; it reads its own input. */
interface Action {
  readonly declaration: ActionDeclaration;
  /** On which channel it writes to the person; undefined: on none, or nobody said. */
  readonly channelOf: (input: unknown) => string | undefined;
  readonly run: (tools: Tools, subject: ActionSubject, input: unknown) => Promise<void>;
}

function declare<Input>({
  run,
  ...said
}: Omit<ActionDeclaration<Input>, 'subject' | 'scopes' | 'batchSize'> & {
  readonly run: (tools: Tools, subject: ActionSubject, input: Input) => Promise<void>;
}): Action {
  return {
    declaration: { ...said, subject: 'record', scopes: [], batchSize: 1 },
    channelOf: (input) => withChannel.parse(said.input.parse(input)).channel,
    run: (tools, subject, input) => run(tools, subject, said.input.parse(input)),
  };
}

const withChannel = z.object({ channel: z.string().optional() });
/** A customer of Landbot is of one channel, which Landbot does not tell for each call. */
const channel = z
  .enum(['web', 'whatsapp', 'messenger', 'telegram'])
  .optional()
  .describe('The channel your customers are on; on whatsapp only people get it who have agreed to that');

const all: readonly Action[] = [
  declare({
    id: 'field.set',
    title: 'Set a field',
    description: 'Sets a field of the customer in Landbot.',
    input: z.strictObject({ field: z.string().min(1), value: z.string() }),
    nature: 'repeatable',
    consent: null,
    run: ({ client }, { remoteId }, { field, value }) => client.setField(remoteId, field, { type: 'string', value }),
  }),
  declare({
    id: 'bot.assign',
    title: 'Start a bot',
    description: 'Hands the conversation to a bot and starts it, at a block of it if one is named.',
    input: z.strictObject({
      bot: z.string().regex(/^\d+$/, 'must be the number of the bot, from its address in Landbot'),
      node: z.string().min(1).optional().describe('Id of the block to begin with'),
      channel,
    }),
    nature: 'once',
    channel: 'chat',
    consent: null,
    run: ({ client }, { remoteId }, { bot, node }) => client.assignBot(remoteId, bot, node),
  }),
  declare({
    id: 'text.send',
    title: 'Send a text',
    description: 'Sends a text to the customer; on WhatsApp only within 24 hours of their last message.',
    input: z.strictObject({ text: z.string().min(1).max(4_000), channel }),
    nature: 'once',
    channel: 'chat',
    consent: null,
    run: ({ client }, { remoteId }, { text }) => client.send(remoteId, 'text', { message: text }),
  }),
  declare({
    id: 'image.send',
    title: 'Send an image',
    description: 'Sends an image by its address, with a caption if there is one.',
    input: z.strictObject({
      url: z.url({ protocol: /^https$/ }),
      caption: z.string().max(1_000).optional(),
      channel,
    }),
    nature: 'once',
    channel: 'chat',
    consent: null,
    run: ({ client }, { remoteId }, { url, caption }) =>
      client.send(remoteId, 'image', { url, ...(caption !== undefined && { caption }) }),
  }),
  declare({
    id: 'template.send',
    title: 'Send a WhatsApp template',
    description: 'Sends an approved WhatsApp template; the customer must have agreed to WhatsApp.',
    input: z.strictObject({
      template: z.string().min(1).describe('Id of the template in Landbot'),
      language: z.string().min(2).describe('For example en or es'),
      params: z.array(z.string()).max(20).default([]),
    }),
    nature: 'once',
    channel: 'chat',
    consent: 'whatsapp',
    run: ({ client }, { remoteId }, { template, language, params }) =>
      client.send(remoteId, 'template', {
        template_id: template,
        template_language: language,
        template_params: params,
      }),
  }),
  declare({
    id: 'opt_in.register',
    title: 'Register a WhatsApp opt-in',
    description: 'Tells Landbot that the phone number may be written to on WhatsApp.',
    input: z.strictObject({}),
    nature: 'repeatable',
    consent: 'whatsapp',
    run: async ({ client, settings }, { phone }) => {
      if (settings.optInUrl === undefined)
        throw new DeliveryError('rejected', 'the setting optInUrl is missing', { code: 'NO_OPT_IN_URL' });
      if (phone === null) throw new DeliveryError('rejected', 'the profile has no phone number', { code: 'NO_PHONE' });
      await client.optIn(phone, settings.optInUrl);
    },
  }),
];

export const actions = all.map(({ declaration }) => declaration);

/** One call for each: Landbot has no batches. */
export const perform = (
  tools: Tools,
  action: string,
  requests: readonly ActionRequest[],
): Promise<readonly ActionResult[]> => Promise.all(requests.map((request) => performOne(tools, action, request)));

async function performOne(tools: Tools, action: string, request: ActionRequest): Promise<ActionResult> {
  const { runId, subject, input } = request;
  try {
    const found = all.find(({ declaration }) => declaration.id === action);
    if (found === undefined || subject === null)
      throw new DeliveryError('rejected', `Landbot cannot do "${action}" here`, { code: 'UNKNOWN_ACTION' });
    const withheld = withheldOn(found.channelOf(input), request);
    if (withheld !== null) return withheld;
    await found.run(tools, subject, input);
    return { runId, status: 'done', reference: null, already: false, detail: null };
  } catch (error) {
    return { runId, status: 'failed', error: asDeliveryError(error) };
  }
}
