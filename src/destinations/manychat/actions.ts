import { z } from 'zod';
import type { ActionDeclaration, ActionRequest, ActionResult } from '../action.js';
import { withheldOn } from '../channel-consent.js';
import { asDeliveryError, DeliveryError } from '../delivery-error.js';
import type { ManychatClient } from './client.js';
import { textBlock } from './content-block.js';
import type { FlowAllowance } from './flow-allowance.js';

const channels = ['messenger', 'instagram', 'whatsapp', 'telegram'] as const;

const tagInput = z.strictObject({ tag: z.string().min(1).describe('Name of the tag; it has to exist in ManyChat') });
const fieldInput = z.strictObject({
  field: z.string().min(1).describe('Name of the custom field'),
  value: z.union([z.string(), z.number(), z.boolean()]).describe('Must fit the type of the field'),
});
const flowInput = z.strictObject({
  flow: z.string().min(1).describe("The flow's ns, for example content20260101120000_100002"),
  channel: z
    .enum([...channels, 'sms', 'email'])
    .optional()
    .describe('Channel that the flow writes on; on whatsapp, sms and email only people get it who have agreed to that'),
});
const contentInput = z.strictObject({
  text: z.string().min(1).max(2_000).describe('What the contact reads'),
  image: z
    .url({ protocol: /^https$/ })
    .optional()
    .describe('Address of an image before the text; not on whatsapp'),
  link: z
    .strictObject({ title: z.string().min(1).max(20), url: z.url({ protocol: /^https?$/ }) })
    .optional()
    .describe('A button under the text that opens a page; on whatsapp the address stands in the text'),
  channel: z.enum(channels).default('messenger').describe('On whatsapp only people get it who have agreed to that'),
  messageTag: z
    .string()
    .optional()
    .describe('Needed when the contact wrote more than 24 hours ago, for example ACCOUNT_UPDATE'),
});

interface Tools {
  readonly client: ManychatClient;
  readonly flows: FlowAllowance;
}

/** A declared action with what it does; it reads its own input. */
interface Action {
  readonly declaration: ActionDeclaration;
  /** On which channel it writes to the person; undefined: on none, or nobody said. */
  readonly channelOf: (input: unknown) => string | undefined;
  readonly run: (tools: Tools, id: string, input: unknown) => Promise<void>;
}

function declare<Input extends object>({
  run,
  ...said
}: Omit<ActionDeclaration<Input>, 'subject' | 'consent' | 'scopes' | 'batchSize'> & {
  readonly run: (tools: Tools, id: string, input: Input) => Promise<void>;
}): Action {
  return {
    declaration: { ...said, subject: 'record', consent: null, scopes: [], batchSize: 1 },
    channelOf: (input) => withChannel.parse(said.input.parse(input)).channel,
    run: (tools, id, input) => run(tools, id, said.input.parse(input)),
  };
}

const withChannel = z.object({ channel: z.string().optional() });

const tagAdd = declare({
  id: 'tag.add',
  title: 'Add a tag',
  description: 'Adds a tag to the contact in ManyChat; rules and flows there may start by it.',
  input: tagInput,
  nature: 'repeatable',
  run: ({ client }, id, { tag }) => client.addTag(id, tag),
});
const tagRemove = declare({
  id: 'tag.remove',
  title: 'Take a tag away',
  description: 'Takes a tag from this one contact in ManyChat.',
  input: tagInput,
  nature: 'repeatable',
  run: ({ client }, id, { tag }) => client.removeTag(id, tag),
});
const fieldSet = declare({
  id: 'field.set',
  title: 'Set a custom field',
  description: 'Sets a custom field of the contact in ManyChat.',
  input: fieldInput,
  nature: 'repeatable',
  run: ({ client }, id, { field, value }) => client.setFields(id, [{ field_name: field, field_value: value }]),
});
const flowStart = declare({
  id: 'flow.start',
  title: 'Start a flow',
  description: 'Starts a flow for the contact, at most 100 in an hour.',
  input: flowInput,
  nature: 'once',
  channel: 'chat',
  run: async ({ client, flows }, id, { flow }) => {
    flows.take(id);
    await client.sendFlow(id, flow);
  },
});
const contentSend = declare({
  id: 'content.send',
  title: 'Send a text',
  description: 'Sends a text to the contact in the channel, with an image or a link if you like.',
  input: contentInput,
  nature: 'once',
  channel: 'chat',
  run: ({ client }, id, { messageTag, ...content }) => client.sendContent(id, textBlock(content), messageTag),
});

const all: readonly Action[] = [tagAdd, tagRemove, fieldSet, flowStart, contentSend];
export const actions = all.map(({ declaration }) => declaration);

/** One call for each: ManyChat has no batches. */
export function perform(
  tools: Tools,
  action: string,
  requests: readonly ActionRequest[],
): Promise<readonly ActionResult[]> {
  return Promise.all(requests.map((request) => performOne(tools, action, request)));
}

async function performOne(tools: Tools, action: string, request: ActionRequest): Promise<ActionResult> {
  const { runId, subject, input } = request;
  try {
    if (subject === null) throw new DeliveryError('rejected', 'it needs a contact', { code: 'NO_CONTACT' });
    const found = all.find(({ declaration }) => declaration.id === action);
    if (found === undefined)
      throw new DeliveryError('rejected', `ManyChat has no action "${action}"`, { code: 'UNKNOWN_ACTION' });
    const withheld = withheldOn(found.channelOf(input), request);
    if (withheld !== null) return withheld;
    await found.run(tools, subject.remoteId, input);
    return { runId, status: 'done', reference: null, already: false, detail: null };
  } catch (error) {
    return { runId, status: 'failed', error: asDeliveryError(error) };
  }
}
