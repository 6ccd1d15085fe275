import type { ActionRequest, ActionResult } from '../action.js';
import { withheldOn } from '../channel-consent.js';
import { asDeliveryError, DeliveryError } from '../delivery-error.js';
import type {
  Connection,
  ConnectionCheck,
  ConnectionContext,
  DroppedField,
  FieldValue,
  FieldValues,
  OutgoingRecord,
  RecordResult,
  RemoteField,
  UpsertRequest,
} from '../destination.js';
import { isNewThere } from '../new-there.js';
import { blockSend } from './actions.js';
import { inAddresses } from './attribute-parts.js';
import { ChatfuelClient, isReserved } from './client.js';
import type { ChatfuelSettings } from './settings.js';

/** One Chatfuel bot. It can be written to, not read: there is no call that says what a user's attributes are. */
export class ChatfuelConnection implements Connection {
  readonly #client: ChatfuelClient;

  constructor(
    private readonly settings: ChatfuelSettings,
    context: ConnectionContext,
  ) {
    this.#client = new ChatfuelClient(settings, context);
  }

  /** Chatfuel answers nothing but broadcasts, so only what we know ourselves can be looked at. */
  check(): Promise<ConnectionCheck> {
    const { botId, syncBlock } = this.settings;
    const problems =
      syncBlock === undefined
        ? ['Attributes cannot be set: name a block without messages in the setting syncBlock. Actions work without it.']
        : [];
    return Promise.resolve({ account: `Chatfuel bot ${botId}`, problems });
  }

  fields(): Promise<readonly RemoteField[]> {
    return Promise.resolve([userId]);
  }

  async upsert({ object, records, tagsField }: UpsertRequest): Promise<readonly RecordResult[]> {
    const { syncBlock } = this.settings;
    if (object !== 'user')
      throw new DeliveryError('rejected', `Parley does not write ${object} to Chatfuel`, { code: 'UNKNOWN_OBJECT' });
    if (syncBlock === undefined)
      throw new DeliveryError(
        'misconfigured',
        'the setting syncBlock is missing: attributes can only be set by sending a block',
        {
          code: 'NO_SYNC_BLOCK',
        },
      );
    return Promise.all(records.map((record) => this.#write(record, tagsField, syncBlock)));
  }

  async perform(action: string, requests: readonly ActionRequest[]): Promise<readonly ActionResult[]> {
    return Promise.all(requests.map((request) => this.#perform(action, request)));
  }

  async #write(record: OutgoingRecord, tagsField: string | null, block: string): Promise<RecordResult> {
    const { profileId, key } = record;
    const { attributes, dropped } = attributesOf(record, tagsField);
    const delivered = { profileId, status: 'delivered', remoteId: key, created: false, memo: null, dropped } as const;
    if (Object.keys(attributes).length === 0) return delivered;
    try {
      const { messageTag } = this.settings;
      for (const part of inAddresses(attributes))
        await this.#client.broadcast('users.setAttributes', true, { user: key, block, messageTag, attributes: part });
      return delivered;
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      return { profileId, status: 'failed', error };
    }
  }

  async #perform(action: string, request: ActionRequest): Promise<ActionResult> {
    const { runId, subject, input } = request;
    try {
      if (action !== blockSend.id || subject === null)
        throw new DeliveryError('rejected', `Chatfuel cannot do "${action}" here`, { code: 'UNKNOWN_ACTION' });
      const { block, messageTag = this.settings.messageTag, attributes, channel } = blockSend.input.parse(input);
      const withheld = withheldOn(channel, request);
      if (withheld !== null) return withheld;
      await this.#client.broadcast('users.sendBlock', false, { user: subject.remoteId, block, messageTag, attributes });
      return { runId, status: 'done', reference: null, already: false, detail: null };
    } catch (error) {
      return { runId, status: 'failed', error: asDeliveryError(error) };
    }
  }
}

function attributesOf(record: OutgoingRecord, tagsField: string | null) {
  const isWhole = isNewThere(record);
  const attributes: Record<string, string> = {};
  const dropped: DroppedField[] = [];
  for (const [name, value] of Object.entries<FieldValue>(
    (isWhole ? record.fields : record.changed) satisfies FieldValues,
  ))
    if (isReserved(name))
      dropped.push({ field: name, code: 'RESERVED_NAME', message: `Chatfuel keeps the name "${name}" for itself` });
    else attributes[name] = textOf(value);
  const hasTagNews = record.tagsToAdd.length + record.tagsToRemove.length > 0;
  if (tagsField !== null && !isReserved(tagsField) && (hasTagNews || (isWhole && record.tags.length > 0)))
    attributes[tagsField] = record.tags.join(', ');
  return { attributes, dropped };
}

const textOf = (value: FieldValue): string =>
  value === null ? '' : Array.isArray(value.value) ? value.value.join(', ') : String(value.value);

const userId: RemoteField = {
  name: 'id',
  label: 'Messenger user id',
  type: 'string',
  nativeType: 'id',
  writable: false,
  required: true,
  unique: true,
  options: null,
};
