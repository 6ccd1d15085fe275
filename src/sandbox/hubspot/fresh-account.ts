import { objectTypeNames, objectTypes } from './object-types.js';

/** The token of the sandbox account's only private app. */
export const sandboxAccessToken = 'pat-eu1-sandbox';

/** Calls with this token are made by a person who works in HubSpot's own pages. */
export const sandboxPersonToken = 'person-sandbox';

/** The public app that people connect the account with. */
export const sandboxOauthApp = {
  appId: 770_002,
  name: 'Parley',
  clientId: 'parley-sandbox-client',
  clientSecret: 'parley-sandbox-secret',
};

/** The developer account's key, for webhook settings. */
export const sandboxDeveloperKey = 'developer-sandbox';

/** All that the calls of this emulator ask for. */
export const sandboxScopes: readonly string[] = [
  ...new Set([
    'oauth',
    ...objectTypeNames.flatMap((type) => [...objectTypes[type].read, ...objectTypes[type].write]),
    ...['contacts', 'companies', 'deals', 'tickets'].flatMap((type) => [
      `crm.schemas.${type}.read`,
      `crm.schemas.${type}.write`,
    ]),
    'crm.objects.owners.read',
    'crm.lists.read',
    'crm.lists.write',
    'automation',
    'analytics.behavioral_events.send',
    'behavioral_events.event_definitions.read_write',
    'business-intelligence',
    'transactional-email',
    'marketing-email',
    'content',
    'forms',
    'communication_preferences.read',
    'communication_preferences.write',
    'communication_preferences.read_write',
    'communication_preferences.statuses.batch.read',
    'communication_preferences.statuses.batch.write',
  ]),
];

export const propertyGroups = [
  { name: 'contactinformation', label: 'Contact information' },
  { name: 'chat', label: 'Chat' },
];

const set = '2026-01-05T08:00:00.000Z';

/** A list that a workflow listens to, one that a rule decides, and one nobody has filled yet. */
export const freshLists = [
  { listId: '11', name: 'Chat: hot leads', createdAt: set, updatedAt: set },
  {
    listId: '12',
    name: 'Customers',
    processingType: 'DYNAMIC' as const,
    createdAt: set,
    updatedAt: set,
    filterBranch: {
      filterBranchType: 'OR',
      filterBranchOperator: 'OR',
      filters: [],
      filterBranches: [
        {
          filterBranchType: 'AND',
          filterBranchOperator: 'AND',
          filterBranches: [],
          filters: [
            {
              filterType: 'PROPERTY',
              property: 'lifecyclestage',
              operation: {
                operationType: 'ENUMERATION',
                operator: 'IS_ANY_OF',
                values: ['customer'],
                includeObjectsWithNoValueSet: false,
              },
            },
          ],
        },
      ],
    },
  },
  { listId: '13', name: 'Newsletter from chat', createdAt: set, updatedAt: set },
];

export const freshWorkflows = [
  {
    flowId: '900001',
    workflowId: 3_001,
    name: 'Follow up hot chat leads',
    trigger: { on: 'list' as const, listId: '11' },
    sets: { hs_lead_status: 'OPEN' },
  },
  { flowId: '900002', workflowId: 3_002, name: 'Onboarding after chat' },
  { flowId: '900003', workflowId: 3_003, name: 'Old campaign', isEnabled: false },
];

export const freshSubscriptionTypes = [
  { id: '501', name: 'Marketing Information', description: 'Offers and news about products.', isDefault: true },
  {
    id: '502',
    name: 'Customer Service Communication',
    description: 'Answers to questions.',
    purpose: 'Customer service',
  },
  { id: '503', name: 'Chat newsletter', description: 'The newsletter that the chatbot offers.' },
];

export const freshEmails = [
  { id: 4_126_643_121, name: 'Order confirmation', subject: 'Your order', type: 'SINGLE_SEND_API' as const },
  {
    id: 4_126_643_122,
    name: 'Offer of the month',
    subject: 'Something for you',
    type: 'MARKETING_SINGLE_SEND_API' as const,
    subscriptionId: 501,
  },
];

export const freshForms = [
  { id: '0b1c2d3e-4f50-4a61-8b72-93a4b5c6d7e8', name: 'Contact us', createdAt: set, updatedAt: set },
];
