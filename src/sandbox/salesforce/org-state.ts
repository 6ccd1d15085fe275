import { z } from 'zod';
import { flow, flowInterview, freshFlows, sentEmail } from './actions/action-state.js';
import { bulkBehaviour, ingestJob, queryJob } from './bulk/bulk-state.js';
import { freshRecords } from './fresh-records.js';
import { authorizationCode, connectedApp, refreshToken, session } from './oauth/oauth-state.js';
import { notification, outboundMessage, sending } from './outbound/outbound-state.js';
import { recordId } from './record-id.js';
import { freshContactFields } from './schema/contact-fields.js';
import { fieldDefinition, storedValue } from './schema/field-definition.js';
import { freshFields, freshObjects } from './schema/fresh-objects.js';
import { streamEvent } from './streaming/event-bus.js';
import { objectDefinition, objectPermissions } from './schema/object-definition.js';

const storedRecord = z.object({ Id: z.string() }).catchall(storedValue);

/** An admin's duplicate rule: a record with the same value in `field` exists already. */
const duplicateRule = z.strictObject({
  name: z.string(),
  object: z.string().default('Contact'),
  field: z.string(),
  action: z.enum(['alert', 'block']),
  message: z.string(),
});

/** An admin's validation rule: this field must not hold this value. */
const validationRule = z.strictObject({
  object: z.string().default('Contact'),
  field: z.string(),
  forbidden: storedValue,
  message: z.string(),
});

/** What the org has beyond the ordinary; off in a fresh org where most real ones have it off. */
const features = z.strictObject({
  personAccounts: z.boolean().default(false),
  dataProtection: z.boolean().default(false),
  topics: z.boolean().default(true),
});

/** What the integration user may do in the org as a whole. */
const userPermissions = z.strictObject({
  apiEnabled: z.boolean().default(true),
  customizeApplication: z.boolean().default(true),
  assignPermissionSets: z.boolean().default(true),
  viewSetup: z.boolean().default(true),
  assignTopics: z.boolean().default(true),
});

/** Everything an org of the sandbox holds. What has a default may be left out when a state is put in. */
export const orgState = z.strictObject({
  organization: z.strictObject({ id: z.string(), userId: z.string() }),
  connectedApp,
  sessions: z.array(session),
  authorizationCodes: z.array(authorizationCode).default([]),
  refreshTokens: z.array(refreshToken).default([]),
  features: features.prefault({}),
  userPermissions: userPermissions.prefault({}),
  contactFields: z.array(fieldDefinition),
  contacts: z.array(storedRecord),
  /** Every object but Contact. */
  objects: z.array(objectDefinition).default(freshObjects),
  /** Fields of every object but Contact. */
  fields: z.record(z.string(), z.array(fieldDefinition)).default(freshFields),
  /** Records of every object but Contact. One without stamps was put in by hand and gets them, and what is worked out. */
  records: z.record(z.string(), z.array(storedRecord)).default(() => freshRecords(new Date())),
  /** Deleted records, by object. */
  recycleBin: z.record(z.string(), z.array(storedRecord)).default({}),
  /** What the integration user may do with an object; one that is left out: everything. */
  objectPermissions: z.record(z.string(), objectPermissions).default({}),
  duplicateRules: z.array(duplicateRule),
  validationRules: z.array(validationRule),
  /** Ids of records that somebody else's transaction holds. */
  lockedIds: z.array(z.string()),
  /** REST calls per hour, for the rolling 24 hours that Salesforce counts. */
  apiCalls: z.array(z.strictObject({ hour: z.iso.datetime(), calls: z.int().min(0) })),
  /** Calls of 20 seconds and more that other users have open now; they count only while limits are on. */
  longCallsOfOthers: z.int().min(0).default(0),
  /** Rows that a subquery answers before it goes on in pages of its own. */
  nestedPageSize: z.int().min(1).default(200),
  flows: z.array(flow).default(freshFlows),
  /** Every run of a flow. */
  flowInterviews: z.array(flowInterview).default([]),
  /** E-mails that were sent by the standard action. */
  emails: z.array(sentEmail).default([]),
  /** Fields whose changes are noted in `ContactHistory` and `LeadHistory`, by object. */
  fieldHistory: z.record(z.string(), z.array(z.string())).default({}),
  /** Objects whose changes are published on `/data/…ChangeEvent`. */
  changeDataCapture: z.array(z.string()).default([]),
  outboundMessages: z.array(outboundMessage).default([]),
  /** Outbound messages that still have to be acknowledged. */
  notifications: z.array(notification).default([]),
  /** The last sendings of outbound messages. */
  sendings: z.array(sending).default([]),
  bulk: bulkBehaviour.prefault({}),
  bulkJobs: z.array(ingestJob).default([]),
  queryJobs: z.array(queryJob).default([]),
  /** Platform events and change events of the last three days. */
  streamEvents: z.array(streamEvent).default([]),
  nextSerial: z.int().min(0),
});
export type OrgState = z.infer<typeof orgState>;

/** What a rehearsal connects with: published in docs/sandbox.md, good for nothing else. */
export const sandboxCredentials = {
  clientId: 'parley-sandbox-client',
  clientSecret: 'parley-sandbox-secret',
  accessToken: '00DB0000000Abc1!sandbox.access.token',
} as const;

/** An org as its admin hands it over: custom fields made, the app connected, no contacts yet. */
export const freshOrg = (now: Date): OrgState =>
  orgState.parse({
    organization: { id: recordId('00D', 1), userId: recordId('005', 1) },
    connectedApp: {
      clientId: sandboxCredentials.clientId,
      clientSecret: sandboxCredentials.clientSecret,
      runAsUserSet: true,
    },
    sessions: [{ accessToken: sandboxCredentials.accessToken, expires: false, lastUsedAt: now.toISOString() }],
    contactFields: freshContactFields(),
    contacts: [],
    records: freshRecords(now),
    duplicateRules: [
      {
        name: 'Standard_Contact_Duplicate_Rule',
        field: 'Email',
        action: 'alert',
        message: 'Use one of these records?',
      },
    ],
    validationRules: [],
    lockedIds: [],
    apiCalls: [],
    nextSerial: 1,
  } satisfies z.input<typeof orgState>);
