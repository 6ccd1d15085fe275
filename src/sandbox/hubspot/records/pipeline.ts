import { z } from 'zod';

const stageSchema = z.object({
  id: z.string(),
  label: z.string(),
  displayOrder: z.int(),
  metadata: z.record(z.string(), z.string()).describe('A deal: isClosed, probability. A ticket: ticketState'),
});

/** @see https://developers.hubspot.com/docs/api-reference/crm-pipelines-v3/guide */
export const pipelineSchema = z.object({
  id: z.string(),
  label: z.string(),
  displayOrder: z.int().default(0),
  createdAt: z.iso.datetime().default('2026-01-05T08:00:00.000Z'),
  updatedAt: z.iso.datetime().default('2026-01-05T08:00:00.000Z'),
  stages: z.array(stageSchema),
});

const dealStage = (id: string, label: string, displayOrder: number, probability: string, isClosed = 'false') => ({
  id,
  label,
  displayOrder,
  metadata: { isClosed, probability },
});
const ticketStage = (id: string, label: string, displayOrder: number, ticketState: string) => ({
  id,
  label,
  displayOrder,
  metadata: { ticketState, isClosed: String(ticketState === 'CLOSED') },
});

/** What every account begins with. */
export const freshPipelines = {
  deals: [
    {
      id: 'default',
      label: 'Sales Pipeline',
      stages: [
        dealStage('appointmentscheduled', 'Appointment Scheduled', 0, '0.2'),
        dealStage('qualifiedtobuy', 'Qualified To Buy', 1, '0.4'),
        dealStage('presentationscheduled', 'Presentation Scheduled', 2, '0.6'),
        dealStage('decisionmakerboughtin', 'Decision Maker Bought-In', 3, '0.8'),
        dealStage('contractsent', 'Contract Sent', 4, '0.9'),
        dealStage('closedwon', 'Closed Won', 5, '1.0', 'true'),
        dealStage('closedlost', 'Closed Lost', 6, '0.0', 'true'),
      ],
    },
  ],
  tickets: [
    {
      id: '0',
      label: 'Support Pipeline',
      stages: [
        ticketStage('1', 'New', 0, 'OPEN'),
        ticketStage('2', 'Waiting on contact', 1, 'OPEN'),
        ticketStage('3', 'Waiting on us', 2, 'OPEN'),
        ticketStage('4', 'Closed', 3, 'CLOSED'),
      ],
    },
  ],
};
