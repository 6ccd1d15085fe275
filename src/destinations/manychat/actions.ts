import { z } from 'zod';
import type { ActionDeclaration, ActionRequest, ActionResult } from '../action.js';
import { asDeliveryError, DeliveryError } from '../delivery-error.js';
import type { ManychatClient } from './client.js';

const tagInput = z.strictObject({ tag: z.string().min(1).describe('Name of the tag; it has to exist in ManyChat') });
const fieldInput = z.strictObject({
  field: z.string().min(1).describe('Name of the custom field'),
  value: z.union([z.string(), z.number(), z.boolean()]).describe('Must fit the type of the field'),
});
const flowInput = z.strictObject({
  flow: z.string().min(1).describe("The flow's ns, for example content20260101120000_100002"),
});
const contentInput = z.strictObject({
  text: z.string().min(1).max(2_000).describe('What the contact reads'),
  channel: z.enum(['messenger', 'instagram', 'whatsapp', 'telegram']).default('messenger'),
  messageTag: z
    .string()
    .optional()
    .describe('Needed when the contact wrote more than 24 hours ago, for example ACCOUNT_UPDATE'),
});

/** A declared action with what it does; it reads its own input. */
interface Action {
  readonly declaration: ActionDeclaration;
  readonly run: (client: ManychatClient, id: string, input: unknown) => Promise<void>;
}

function declare<Input>({
  run,
  ...said
}: Omit<ActionDeclaration<Input>, 'subject' | 'consent' | 'scopes' | 'batchSize'> & {
  readonly run: (client: ManychatClient, id: string, input: Input) => Promise<void>;
}): Action {
  return {
    declaration: { ...said, subject: 'record', consent: null, scopes: [], batchSize: 1 },
    run: (client, id, input) => run(client, id, said.input.parse(input)),
  };
}

const tagAdd = declare({
  id: 'tag.add',
  title: 'Add a tag',
  description: 'Adds a tag to the contact in ManyChat; rules and flows there may start by it.',
  input: tagInput,
  nature: 'repeatable',
  run: (client, id, { tag }) => client.addTag(id, tag),
});
const tagRemove = declare({
  id: 'tag.remove',
  title: 'Take a tag away',
  description: 'Takes a tag from this one contact in ManyChat.',
  input: tagInput,
  nature: 'repeatable',
  run: (client, id, { tag }) => client.removeTag(id, tag),
});
const fieldSet = declare({
  id: 'field.set',
  title: 'Set a custom field',
  description: 'Sets a custom field of the contact in ManyChat.',
  input: fieldInput,
  nature: 'repeatable',
  run: (client, id, { field, value }) => client.setFields(id, [{ field_name: field, field_value: value }]),
});
const flowStart = declare({
  id: 'flow.start',
  title: 'Start a flow',
  description: 'Starts a flow for the contact, at most 100 in an hour.',
  input: flowInput,
  nature: 'once',
  run: (client, id, { flow }) => client.sendFlow(id, flow),
});
const contentSend = declare({
  id: 'content.send',
  title: 'Send a text',
  description: 'Sends a text to the contact in the channel.',
  input: contentInput,
  nature: 'once',
  run: (client, id, { text, channel, messageTag }) =>
    client.sendContent(
      id,
      {
        version: 'v2',
        content: { ...(channel !== 'messenger' && { type: channel }), messages: [{ type: 'text', text }] },
      },
      messageTag,
    ),
});

const all: readonly Action[] = [tagAdd, tagRemove, fieldSet, flowStart, contentSend];
export const actions = all.map(({ declaration }) => declaration);

/** One call for each: ManyChat has no batches. */
export function perform(
  client: ManychatClient,
  action: string,
  requests: readonly ActionRequest[],
): Promise<readonly ActionResult[]> {
  return Promise.all(requests.map((request) => performOne(client, action, request)));
}

async function performOne(client: ManychatClient, action: string, request: ActionRequest): Promise<ActionResult> {
  const { runId, subject, input } = request;
  try {
    if (subject === null) throw new DeliveryError('rejected', 'it needs a contact', { code: 'NO_CONTACT' });
    const found = all.find(({ declaration }) => declaration.id === action);
    if (found === undefined)
      throw new DeliveryError('rejected', `ManyChat has no action "${action}"`, { code: 'UNKNOWN_ACTION' });
    await found.run(client, subject.remoteId, input);
    return { runId, status: 'done', reference: null, already: false, detail: null };
  } catch (error) {
    return { runId, status: 'failed', error: asDeliveryError(error) };
  }
}
