import type { ActionLookUp, ActionRequest } from '../../action.js';
import { DeliveryError } from '../../delivery-error.js';
import type { Tools } from '../write-plan.js';
import { eventCreate, taskCreate } from './activity-actions.js';
import { campaignAdd, campaignRemove } from './campaign-actions.js';
import { emailSend } from './email-action.js';
import { flowRun } from './flow-action.js';
import { noteCreate } from './note-action.js';
import { opportunityCreateOrUpdate } from './opportunity-action.js';
import { ownerChange } from './owner-action.js';
import { platformEventPublish } from './platform-event-action.js';
import type { SalesforceAction } from './salesforce-action.js';

/** Everything Parley can do at Salesforce for a person, in the order in which it is offered. */
const actions: readonly SalesforceAction[] = [
  campaignAdd,
  campaignRemove,
  flowRun,
  platformEventPublish,
  taskCreate,
  eventCreate,
  opportunityCreateOrUpdate,
  ownerChange,
  noteCreate,
  emailSend,
];

export { handOff } from './activity-actions.js';

export const actionDeclarations = actions.map(({ declaration }) => declaration);

/** @throws DeliveryError `rejected` for an action that was never declared */
export function actionOf(id: string): SalesforceAction {
  const action = actions.find(({ declaration }) => declaration.id === id);
  if (action === undefined)
    throw new DeliveryError('rejected', `Salesforce has no action ${id}`, { code: 'NO_SUCH_ACTION' });
  return action;
}

/** Which of these runs have happened, for actions that can be looked up. @throws DeliveryError `rejected` for the others */
export async function lookUpRuns(
  tools: Tools,
  id: string,
  requests: readonly ActionRequest[],
): Promise<readonly ActionLookUp[]> {
  const { lookUp } = actionOf(id);
  if (lookUp === undefined) throw new DeliveryError('rejected', `${id} cannot be looked up`, { code: 'NO_LOOK_UP' });
  return lookUp(tools, requests);
}
