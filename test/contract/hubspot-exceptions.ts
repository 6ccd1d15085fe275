import type { Exception } from './support.js';

/** Where the live service leaves HubSpot's own files. What connectors met is told with where they met it. */
export const hubspotExceptions: readonly Exception[] = [
  {
    operation: /^POST .*\/(search|objects\/[^/]+)$/,
    part: 'request',
    says: /required property '(after|associations|limit|properties|sorts)'/,
    evidence:
      'Not needed: the SDK’s types have them optional, and samples of "Search the CRM" and of the Contacts guide leave them out.',
  },
  {
    part: 'answer',
    at: /^$/,
    says: /additional properties: status/,
    evidence:
      'Errors carry status "error" beside what the file lists: documentation "Error handling" shows it in every sample.',
  },
  {
    part: 'answer',
    at: /\/errors\/\*$/,
    says: /required property '(errors|links)'/,
    evidence:
      'Errors of a 207 carry status, category, message and context only: samples in "Error handling", captures of amp-labs connectors.',
  },
  {
    part: 'answer',
    at: /\/errors\/\*\/subCategory$/,
    says: /must be object/,
    evidence:
      'subCategory is a text in live answers, such as crm.associations.NO_ASSOCIATIONS_FOUND: captures of airbyte source-hubspot.',
  },
  {
    part: 'answer',
    at: /\/properties\/[a-z_]+$/,
    says: /must be string/,
    evidence: 'A property that was asked for and is empty is null: recorded answers of grouparoo and airbyte.',
  },
  {
    part: 'answer',
    at: /\/label$/,
    says: /must be string/,
    evidence: 'An association without a label has label null: samples of the guide "Associations v4".',
  },
  {
    part: 'answer',
    at: /\/(to|from)ObjectId$/,
    says: /int32/,
    evidence:
      'Record ids of today’s accounts have eleven or twelve digits and are numbers here: samples of the guide "Associations v4".',
  },
  {
    operation: /^PUT .*\/memberships\//,
    part: 'answer',
    at: /^$/,
    says: /required property 'record(s)?Ids/,
    evidence: 'Empty arrays are left out: sample answers of the Ballerina connector, and clients that default to [].',
  },
  {
    operation: / \/webhooks\//,
    part: 'request',
    at: /^\/query$/,
    says: /hapikey/,
    evidence:
      'The SDK sends a developer key as the query parameter hapikey (developerApiKey in HubSpot/hubspot-api-nodejs).',
  },
  {
    operation: /^POST \/oauth\/v3\/token$/,
    part: 'answer',
    at: /^$/,
    says: /category|additional properties: (error|error_description)/,
    evidence:
      'OAuth errors have a shape of their own (RFC 6749, with HubSpot’s status): captures in nango and airbyte.',
  },
  {
    operation: /^POST \/oauth\/v3\/token\/revoke$/,
    says: /status 204 is not listed/,
    evidence: 'The file lists no success at all; the older call for the same thing, in oauth.v1.json, answers 204.',
  },
];
