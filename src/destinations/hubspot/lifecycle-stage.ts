import type { DeliveredRecord, DroppedField } from '../destination.js';
import { updateContacts } from './api/contacts.js';
import type { FollowUp } from './follow-up.js';

const keptCode = 'LIFECYCLE_STAGE_KEPT';

/** HubSpot answers 200 to an earlier lifecycle stage and keeps the later one. */
export function keptStage(sent: string | undefined, held: string | null | undefined): DroppedField[] {
  if (sent === undefined || sent === '' || held === undefined || held === sent) return [];
  return [
    {
      field: 'lifecyclestage',
      code: keptCode,
      message: `HubSpot kept "${held ?? ''}": a lifecycle stage does not go back to "${sent}"`,
    },
  ];
}

const isKept = ({ code }: DroppedField): boolean => code === keptCode;

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
