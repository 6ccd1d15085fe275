import { DeliveryError } from '../delivery-error.js';
import type { WriteTarget } from '../destination.js';
import type { SalesforceClient } from './client.js';
import type { Accounts } from './accounts.js';
import type { OpenJobs } from './bulk/open-jobs.js';
import { readOptions } from './mapping-options.js';
import { keyFieldOf, type SchemaCache } from './object-schema.js';
import { optOutBoxes } from './opt-outs.js';
import { kindsOf, type PersonKind } from './person-kind.js';
import { chooseRecordType, type PersonRecordType } from './record-type.js';
import type { Remembered } from './remembered.js';
import type { RowPlan } from './row-plan.js';
import type { SetDirectory } from './set-directory.js';

export interface Tools {
  readonly client: SalesforceClient;
  readonly schemas: SchemaCache;
  readonly personRecordTypes: Remembered<readonly PersonRecordType[]>;
  readonly campaigns: SetDirectory;
  readonly topics: SetDirectory;
  readonly openJobs: OpenJobs;
  readonly accounts: Accounts;
}

/** How a mapping's people are written, one plan per kind, in the order of looking; the last is where new people are made. */
export type WritePlan = readonly [RowPlan, ...RowPlan[]];

/**
 * @param schemaAgeMs a description of the org older than this is read again
 * @throws DeliveryError `misconfigured` when the org lacks what no record can do without
 */
export async function writePlanOf(tools: Tools, target: WriteTarget, schemaAgeMs?: number): Promise<WritePlan> {
  const [first, ...others] = kindsOf(target.object);
  if (first === undefined) throw new RangeError(`Salesforce has no object ${target.object} to map to`);
  const plans: [RowPlan, ...RowPlan[]] = [await planOf(tools, target, first, schemaAgeMs)];
  for (const kind of others) plans.push(await planOf(tools, target, kind, schemaAgeMs));
  return plans;
}

async function planOf(
  { client, schemas, personRecordTypes }: Tools,
  target: WriteTarget,
  kind: PersonKind,
  schemaAgeMs: number | undefined,
): Promise<RowPlan> {
  const { lastNameFallback, companyFallback } = client.settings;
  const schema = await schemas.get(kind.sobject, schemaAgeMs);
  const options = readOptions(target.options);
  const stopGaps = { LastName: lastNameFallback, Company: companyFallback };
  const isPersonAccount = kind.id === 'PersonAccount';
  if (isPersonAccount && !schema.fields.has('IsPersonAccount')) throw personAccountsAreOff();
  return {
    kind,
    schema,
    keyField: keyFieldOf(schema, kind, target.keyField),
    tagsField: options.tagsAs === 'picklist' ? target.tagsField : null,
    options,
    stopGaps: Object.fromEntries(
      Object.entries(stopGaps).filter(([name]) => kind.demanded.some((one) => one === name)),
    ),
    bornWith: isPersonAccount ? { RecordTypeId: chooseRecordType(await personRecordTypes.get(), options) } : {},
    optOuts: optOutBoxes(kind, client.settings),
  };
}

const personAccountsAreOff = (): DeliveryError =>
  new DeliveryError('misconfigured', 'Person accounts are not switched on in this org: map to Contact or Lead', {
    code: 'NO_PERSON_ACCOUNTS',
  });
