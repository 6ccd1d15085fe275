import { z } from 'zod';
import type { CheckRequest, ConnectionCheck } from '../destination.js';
import { isAccountField, nameInAccount } from './account-fields.js';
import type { SalesforceClient } from './client.js';
import { readOptions } from './mapping-options.js';
import { keyProblem, type ObjectSchema } from './object-schema.js';
import { optOutBoxes } from './opt-outs.js';
import { newestVersion, readLimits, type OrgLimits } from './org-limits.js';
import { kindsOf, personKinds, type PersonKind } from './person-kind.js';
import { chooseRecordType } from './record-type.js';
import { DeliveryError } from '../delivery-error.js';
import type { Tools } from './write-plan.js';

/** Below this share of free calls the org will soon refuse everybody. */
const fewCallsShare = 0.1;

/** What Parley may use beside the people themselves, and what for. */
const usedObjects = {
  Account: 'companies behind people (fields named account.…)',
  Campaign: 'lists and the campaign actions',
  CampaignMember: 'lists and the campaign actions',
  Task: 'the action task.create and the history of tasks',
  Event: 'the action event.create',
  Opportunity: 'the opportunity action and the history of opportunities',
  Case: 'the history of cases',
} as const;

/** Looks at the org: what is missing, in sentences; which version it speaks, and how many calls are left today. */
export async function checkOrg(tools: Tools, { mapping }: CheckRequest): Promise<ConnectionCheck> {
  const { client } = tools;
  const kinds = mapping === null ? [personKinds.Contact] : kindsOf(mapping.object);
  const problems: string[] = [];
  for (const kind of kinds) problems.push(...(await problemsOf(tools, kind, mapping)));
  if (mapping !== null) problems.push(...(await accountProblems(tools, mapping.fields)));
  problems.push(...(await consentProblems(tools)));
  const limits = await readLimits(client);
  return {
    account: new URL(client.settings.instanceUrl).host,
    problems: [...problems, ...callProblems(limits, client)],
    details: { ...(await versionDetails(client)), ...limitDetails(limits) },
    missing: await missingObjects(client),
  };
}

async function problemsOf(tools: Tools, kind: PersonKind, mapping: CheckRequest['mapping']): Promise<string[]> {
  const { schemas, client } = tools;
  schemas.forget(kind.sobject);
  const schema = await schemas.find(kind.sobject);
  if (schema === null)
    return [
      `The integration user cannot see ${kind.sobject}: give it read, create and edit access to ${kind.sobject}.`,
    ];
  return [
    ...objectProblems(schema),
    ...keyProblems(schema, kind, mapping?.keyField ?? null),
    ...fieldProblems(schema, mapping?.fields.filter((field) => !isAccountField(field)) ?? []),
    ...optOutBoxes(kind, client.settings).flatMap(({ field, purpose }) =>
      schema.fields.get(field)?.updateable === true
        ? []
        : [
            `The integration user cannot edit ${field} of ${schema.name}, so withdrawals of consent (${purpose}) do not reach Salesforce.`,
          ],
    ),
    ...(kind.id === 'PersonAccount' ? await recordTypeProblems(tools, mapping) : []),
  ];
}

function objectProblems({ name, createable, updateable }: ObjectSchema): string[] {
  const missing = [createable ? null : 'create', updateable ? null : 'edit'].filter((right) => right !== null);
  if (missing.length === 0) return [];
  return [`The integration user may not ${missing.join(' or ')} records of ${name}: add it in its permission set.`];
}

function keyProblems({ name, fields }: ObjectSchema, kind: PersonKind, keyField: string | null): string[] {
  const advice =
    'create a text field, External ID and Unique (case-sensitive), for example Parley_Id__c, and give the integration user edit access to it.';
  if (keyField === null) {
    const hasKey = fields.values().some((field) => field.unique && keyProblem(field, kind) === null);
    return hasKey ? [] : [`${name} has no field to match by: ${advice}`];
  }
  const field = fields.get(keyField);
  if (field === undefined) return [`The integration user cannot see the key field ${keyField} of ${name}: ${advice}`];
  const problem = keyProblem(field, kind);
  return problem === null ? [] : [`The key field ${keyField} of ${name} ${problem}: ${advice}`];
}

function fieldProblems({ name, fields }: ObjectSchema, wanted: readonly string[]): string[] {
  return wanted.flatMap((wantedName) => {
    const field = fields.get(wantedName);
    if (field === undefined)
      return [
        `${name} has no field ${wantedName} that the integration user can see: make it, or give the user read and edit access to it.`,
      ];
    if (field.createable && field.updateable) return [];
    return [
      `The integration user cannot edit ${wantedName} of ${name}: give it edit access, or take the field out of the mapping.`,
    ];
  });
}

async function accountProblems({ schemas }: Tools, fields: readonly string[]): Promise<string[]> {
  const wanted = fields.filter(isAccountField).map(nameInAccount);
  if (wanted.length === 0) return [];
  schemas.forget('Account');
  const schema = await schemas.find('Account');
  if (schema === null) return ['The integration user cannot see Account: give it read, create and edit access.'];
  return [...objectProblems(schema), ...fieldProblems(schema, wanted)];
}

async function recordTypeProblems(tools: Tools, mapping: CheckRequest['mapping']): Promise<string[]> {
  tools.personRecordTypes.forget();
  try {
    chooseRecordType(await tools.personRecordTypes.get(), readOptions(mapping?.options ?? {}));
    return [];
  } catch (error) {
    if (error instanceof DeliveryError && error.kind === 'misconfigured') return [`${error.message}.`];
    throw error;
  }
}

/** Consents that are to be kept with their proof need objects of their own. */
async function consentProblems({ client, schemas }: Tools): Promise<string[]> {
  if (!client.settings.contactPointConsents) return [];
  const problems: string[] = [];
  for (const object of ['Individual', 'ContactPointTypeConsent']) {
    schemas.forget(object);
    if ((await schemas.find(object))?.createable !== true)
      problems.push(
        `The integration user may not create records of ${object}: switch on Data Protection and Privacy and give it access, or switch contactPointConsents off.`,
      );
  }
  return problems;
}

function callProblems(limits: OrgLimits | null, { usage }: SalesforceClient): string[] {
  const allowed = limits?.DailyApiRequests;
  const limit = allowed?.Max ?? usage?.limit ?? 0;
  const left = allowed?.Remaining ?? (usage === null ? 0 : usage.limit - usage.used);
  return left > limit * fewCallsShare || limit === 0
    ? []
    : [`Of the org's ${limit} API calls of the last 24 hours ${left} are left.`];
}

async function versionDetails(client: SalesforceClient): Promise<Record<string, string>> {
  const newest = await newestVersion(client);
  return {
    'API version': client.settings.apiVersion,
    ...(newest === null ? {} : { 'Newest API version of the org': newest }),
  };
}

function limitDetails(limits: OrgLimits | null): Record<string, string> {
  if (limits === null) return { 'Calls left today': 'not visible: needs "View Setup and Configuration"' };
  const { Max, Remaining } = limits.DailyApiRequests;
  return { 'Calls left today': `${Remaining} of ${Max}` };
}

const globalDescribe = z.object({ sobjects: z.array(z.object({ name: z.string(), createable: z.boolean() })) });

/** Objects that the integration user does not see, or may not make records of, with what cannot be done without. */
async function missingObjects(client: SalesforceClient): Promise<NonNullable<ConnectionCheck['missing']>> {
  const call = { operation: 'sobjects', repeatable: true };
  const { sobjects } = await client.request(call, { method: 'GET', url: '/sobjects' }, globalDescribe);
  const rights = new Map(sobjects.map(({ name, createable }) => [name, createable]));
  return Object.entries(usedObjects).flatMap(([name, neededFor]) => {
    const right = rights.get(name);
    if (right === true) return [];
    return [{ scope: right === undefined ? `${name}: read, create, edit` : `${name}: create, edit`, neededFor }];
  });
}
