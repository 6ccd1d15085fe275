import type { DeliveredRecord, DroppedField } from '../destination.js';
import { readContacts, updateContacts } from './api/contacts.js';
import { contactsById, mergedIdsProperty } from './contact-key.js';
import type { FollowUp } from './follow-up.js';

const keptCode = 'LIFECYCLE_STAGE_KEPT';

const unseenCode = 'LIFECYCLE_STAGE_UNSEEN';

/** HubSpot answers 200 to an earlier lifecycle stage and keeps the later one. @param held undefined: the answer does not say */
export function keptStage(sent: string | undefined, held: string | null | undefined): DroppedField[] {
  if (sent === undefined || sent === '' || held === sent) return [];
  if (held === undefined)
    return [{ field: 'lifecyclestage', code: unseenCode, message: `HubSpot did not say whether it took "${sent}"` }];
  return [
    {
      field: 'lifecyclestage',
      code: keptCode,
      message: `HubSpot kept "${held ?? ''}": a lifecycle stage does not go back to "${sent}"`,
    },
  ];
}

const isKept = ({ code }: DroppedField): boolean => code === keptCode;

const isUnseen = ({ code }: DroppedField): boolean => code === unseenCode;

/** Where the answer to a write leaves the stage out, the contact is asked for it: it is never taken for granted. */
export const seeStages: FollowUp = {
  concerns: (_request, { result }) => result.dropped.some(isUnseen),
  async run({ client }, _request, delivered) {
    const ids = delivered.map(({ result }) => result.remoteId);
    const contacts = contactsById(await readContacts(client, null, ids, ['lifecyclestage', mergedIdsProperty]));
    return delivered.map(({ result, write }): DeliveredRecord => ({
      ...result,
      dropped: [
        ...result.dropped.filter((dropped) => !isUnseen(dropped)),
        ...keptStage(write.properties.lifecyclestage, contacts.get(result.remoteId)?.properties.lifecyclestage),
      ],
    }));
  },
};

/** For mappings that say so, an earlier stage is written the only way HubSpot takes it: cleared first, then set, for all at once. */
export const forceStages: FollowUp = {
  concerns: ({ options }, { result }) => options.lifecycleStage === 'force' && result.dropped.some(isKept),
  async run({ client }, _request, delivered) {
    const inputs = delivered.map(({ result, write }) => ({
      remoteId: result.remoteId,
      traceId: result.profileId,
      stage: write.properties.lifecyclestage ?? '',
    }));
    const writing = (stageOf: (stage: string) => string) =>
      updateContacts(
        client,
        inputs.map(({ remoteId, traceId, stage }) => ({
          remoteId,
          traceId,
          properties: { lifecyclestage: stageOf(stage) },
        })),
      );
    await writing(() => '');
    const { results } = await writing((stage) => stage);
    const held = new Map(results.map(({ id, properties }) => [id, properties.lifecyclestage]));
    return delivered.map(({ result, write }): DeliveredRecord => ({
      ...result,
      dropped: [
        ...result.dropped.filter((dropped) => !isKept(dropped)),
        ...keptStage(write.properties.lifecyclestage, held.get(result.remoteId)),
      ],
    }));
  },
};
