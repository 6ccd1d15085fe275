import { z } from 'zod';
import { freshContactFields } from './contact-fields.js';
import { fieldDefinition } from './field-definition.js';
import { recordId } from './record-id.js';

const storedValue = z.union([z.string(), z.number(), z.boolean()]);

/** An admin's duplicate rule on Contact: a record with the same value in `field` exists already. */
const duplicateRule = z.strictObject({
  name: z.string(),
  field: z.string(),
  action: z.enum(['alert', 'block']),
  message: z.string(),
});

/** An admin's validation rule: this field must not hold this value. */
const validationRule = z.strictObject({ field: z.string(), forbidden: storedValue, message: z.string() });

/** Everything an org of the sandbox holds. */
export const orgState = z.strictObject({
  organization: z.strictObject({ id: z.string(), userId: z.string() }),
  connectedApp: z.strictObject({ clientId: z.string(), clientSecret: z.string(), runAsUserSet: z.boolean() }),
  sessions: z.array(z.strictObject({ accessToken: z.string(), expires: z.boolean(), lastUsedAt: z.iso.datetime() })),
  contactFields: z.array(fieldDefinition),
  contacts: z.array(z.object({ Id: z.string() }).catchall(storedValue)),
  duplicateRules: z.array(duplicateRule),
  validationRules: z.array(validationRule),
  /** Ids of records that somebody else's transaction holds. */
  lockedIds: z.array(z.string()),
  /** REST calls per hour, for the rolling 24 hours that Salesforce counts. */
  apiCalls: z.array(z.strictObject({ hour: z.iso.datetime(), calls: z.int().min(0) })),
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
export const freshOrg = (now: Date): OrgState => ({
  organization: { id: recordId('00D', 1), userId: recordId('005', 1) },
  connectedApp: {
    clientId: sandboxCredentials.clientId,
    clientSecret: sandboxCredentials.clientSecret,
    runAsUserSet: true,
  },
  sessions: [{ accessToken: sandboxCredentials.accessToken, expires: false, lastUsedAt: now.toISOString() }],
  contactFields: freshContactFields(),
  contacts: [],
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
});
