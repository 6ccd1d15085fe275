import { z } from 'zod';
import { enrolmentSchema, workflowSchema } from './automation/workflow.js';
import { behaviourSchema } from './behaviour.js';
import { optOutSchema, statusSchema, subscriptionTypeSchema } from './consent/subscription.js';
import { eventDefinitionSchema, eventSchema } from './events/event.js';
import {
  freshEmails,
  freshForms,
  freshLists,
  freshSubscriptionTypes,
  freshWorkflows,
  propertyGroups,
  sandboxAccessToken,
  sandboxDeveloperKey,
  sandboxOauthApp,
  sandboxPersonToken,
  sandboxScopes,
} from './fresh-account.js';
import { listSchema } from './lists/list.js';
import {
  emailEventSchema,
  emailSendSchema,
  formSchema,
  marketingEmailSchema,
  submissionSchema,
} from './marketing/marketing.js';
import { accessTokenSchema, codeSchema, grantSchema, oauthAppSchema } from './oauth/grant.js';
import type { ObjectType } from './object-types.js';
import { freshProperties } from './properties/fresh-contact-properties.js';
import { freshObjectGroups, freshObjectProperties } from './properties/fresh-object-properties.js';
import { groupSchema, propertySchema } from './properties/property.js';
import { associationSchema } from './records/association.js';
import { freshOwners, ownerSchema } from './records/owner.js';
import { freshPipelines, pipelineSchema } from './records/pipeline.js';
import { recordSchema } from './records/record.js';
import { hookSchema, pendingEventSchema, sentRequestSchema } from './webhooks/webhook.js';

export type { Behaviour } from './behaviour.js';

const appSchema = z.object({
  token: z.string(),
  appId: z.int(),
  scopes: z.array(z.string()),
  clientSecret: z.string().default('private-app-secret').describe('Signs its webhooks'),
});

const personSchema = z.object({ token: z.string(), userId: z.int() });

const kindSchema = (type: Exclude<ObjectType, 'contacts'>) =>
  z
    .strictObject({
      records: z.array(recordSchema).default([]),
      properties: z.array(propertySchema).prefault(freshObjectProperties(type)),
      groups: z.array(groupSchema).prefault(freshObjectGroups(type)),
    })
    .prefault({});

/** Everything the account holds. What is left out is as in a fresh account, so `{}` is a fresh account. */
export const stateSchema = z.strictObject({
  portalId: z.int().default(4_242_001),
  timeZone: z.string().default('Europe/Berlin'),
  apps: z
    .array(appSchema)
    .prefault([{ token: sandboxAccessToken, appId: 770_001, scopes: [...sandboxScopes] }])
    .describe('Private apps'),
  people: z.array(personSchema).default([{ token: sandboxPersonToken, userId: 5_501 }]),
  developerKey: z.string().default(sandboxDeveloperKey),
  groups: z.array(groupSchema).prefault(propertyGroups),
  properties: z.array(propertySchema).prefault([...freshProperties]),
  contacts: z.array(recordSchema).default([]),
  nextContactId: z.int().default(210_000_000_001),
  nextId: z.int().default(310_000_000_001).describe('For everything but contacts'),
  objects: z
    .strictObject({
      companies: kindSchema('companies'),
      deals: kindSchema('deals'),
      tickets: kindSchema('tickets'),
      notes: kindSchema('notes'),
      meetings: kindSchema('meetings'),
      calls: kindSchema('calls'),
      emails: kindSchema('emails'),
      tasks: kindSchema('tasks'),
    })
    .prefault({}),
  associations: z.array(associationSchema).default([]),
  erasedEmails: z.array(z.string()).default([]).describe('Addresses that can never be created again'),
  owners: z.array(ownerSchema).prefault(freshOwners),
  pipelines: z
    .strictObject({
      deals: z.array(pipelineSchema).prefault(freshPipelines.deals),
      tickets: z.array(pipelineSchema).prefault(freshPipelines.tickets),
    })
    .prefault({}),
  lists: z.array(listSchema).prefault(freshLists),
  workflows: z.array(workflowSchema).prefault(freshWorkflows),
  enrolments: z.array(enrolmentSchema).default([]),
  eventDefinitions: z.array(eventDefinitionSchema).default([]),
  events: z.array(eventSchema).default([]),
  emails: z.array(marketingEmailSchema).prefault(freshEmails).describe('Those that may be sent by the API'),
  emailSends: z.array(emailSendSchema).default([]),
  emailEvents: z.array(emailEventSchema).default([]),
  forms: z.array(formSchema).default(freshForms),
  submissions: z.array(submissionSchema).default([]),
  subscriptionTypes: z.array(subscriptionTypeSchema).prefault(freshSubscriptionTypes),
  subscriptionStatuses: z.array(statusSchema).default([]),
  optOuts: z.array(optOutSchema).default([]).describe('Who wants no e-mail at all'),
  oauthApps: z.array(oauthAppSchema).prefault([sandboxOauthApp]),
  grantableScopes: z
    .array(z.string())
    .default([...sandboxScopes])
    .describe('What the products of this account allow an app to ask for'),
  oauthCodes: z.array(codeSchema).default([]),
  oauthGrants: z.array(grantSchema).default([]),
  oauthTokens: z.array(accessTokenSchema).default([]),
  webhooks: z.array(hookSchema).default([]),
  webhookQueue: z.array(pendingEventSchema).default([]),
  webhookLog: z.array(sentRequestSchema).default([]).describe('The last 500 requests'),
  behaviour: behaviourSchema.prefault({}),
});
export type State = z.infer<typeof stateSchema>;
/** What is neither a record nor a property. */
export type Data = Omit<State, 'contacts' | 'properties' | 'groups' | 'objects' | 'associations'>;
