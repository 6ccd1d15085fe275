import type { HubspotAction } from './action.js';
import { sendSingleEmail, sendTransactionalEmail } from './email-actions.js';
import { sendCustomEvent } from './event-action.js';
import { addToList, removeFromList } from './list-actions.js';
import { setProperties } from './property-action.js';
import { createDeal, createNote, createTask } from './record-actions.js';
import { changeSubscription } from './subscription-action.js';
import { enrolByList, enrolDirectly } from './workflow-actions.js';

/** Everything that can be done for a contact at HubSpot beyond keeping it up to date. */
export const hubspotActions: readonly HubspotAction[] = [
  addToList,
  removeFromList,
  enrolByList,
  enrolDirectly,
  sendCustomEvent,
  sendSingleEmail,
  sendTransactionalEmail,
  setProperties,
  createNote,
  createTask,
  createDeal,
  changeSubscription,
];
