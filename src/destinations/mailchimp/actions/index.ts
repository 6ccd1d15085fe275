import type { MailchimpAction } from './action.js';
import { cancelCampaign, sendCampaign, testCampaign } from './campaign-actions.js';
import { addEvent } from './event-action.js';
import { enqueueAutomation, triggerJourney } from './journey-actions.js';
import { addToSegment, removeFromSegment } from './segment-actions.js';
import { addTag, removeTag } from './tag-actions.js';

/** Everything a trigger can do at Mailchimp. */
export const mailchimpActions: readonly MailchimpAction[] = [
  addTag,
  removeTag,
  addToSegment,
  removeFromSegment,
  addEvent,
  triggerJourney,
  enqueueAutomation,
  testCampaign,
  sendCampaign,
  cancelCampaign,
];
