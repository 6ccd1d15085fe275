import type { Behaviour } from './behaviour.js';
import { contactRole, event, opportunity, serviceCase, task } from './business-behaviours.js';
import { campaign, campaignMember, memberStatus } from './campaign-behaviours.js';
import { account, contact, individual, lead } from './people-behaviours.js';
import {
  fieldPermission,
  objectPermission,
  permissionSet,
  permissionSetAssignment,
  topic,
  topicAssignment,
} from './setup-behaviours.js';

const behaviours: Readonly<Record<string, Behaviour>> = {
  Account: account,
  Campaign: campaign,
  CampaignMember: campaignMember,
  CampaignMemberStatus: memberStatus,
  Case: serviceCase,
  Contact: contact,
  Event: event,
  FieldPermissions: fieldPermission,
  Individual: individual,
  Lead: lead,
  ObjectPermissions: objectPermission,
  Opportunity: opportunity,
  OpportunityContactRole: contactRole,
  PermissionSet: permissionSet,
  PermissionSetAssignment: permissionSetAssignment,
  Task: task,
  Topic: topic,
  TopicAssignment: topicAssignment,
};

/** What Salesforce does of itself with records of this object; nothing, for most. */
export const behaviourOf = (object: string): Behaviour => behaviours[object] ?? {};
