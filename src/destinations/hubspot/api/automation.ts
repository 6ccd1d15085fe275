import { z } from 'zod';
import { DeliveryError } from '../../delivery-error.js';
import type { HubspotClient } from '../client.js';

/** Enrols a contact, by e-mail address, in a contact workflow. Old, but the only call that does. Nobody can ask afterwards whether it has. */
export async function enrol(client: HubspotClient, workflowId: string, email: string): Promise<void> {
  await client.request({ operation: 'workflows.enrol', records: 1, repeatable: false }, z.unknown(), {
    method: 'POST',
    path: `/automation/v2/workflows/${encodeURIComponent(workflowId)}/enrollments/contacts/${encodeURIComponent(email)}`,
  });
}

const mappingsSchema = z.object({
  results: z.array(z.object({ flowId: z.coerce.string(), workflowId: z.coerce.string() })).default([]),
});

/** The id that `enrol` wants, of a workflow as its address in HubSpot names it. @throws DeliveryError `rejected` when there is none */
export async function workflowIdOf(client: HubspotClient, flowId: string): Promise<string> {
  const { results } = await client.request({ operation: 'workflows.idMapping', repeatable: true }, mappingsSchema, {
    method: 'POST',
    path: '/automation/v4/workflow-id-mappings/batch/read',
    body: { inputs: [{ type: 'FLOW_ID', flowId }] },
  });
  const mapping = results.find((candidate) => candidate.flowId === flowId);
  if (mapping !== undefined) return mapping.workflowId;
  throw new DeliveryError(
    'rejected',
    `HubSpot has no contact workflow with the id ${flowId} that can be enrolled in by API`,
    {
      code: 'UNKNOWN_WORKFLOW',
    },
  );
}
