import { DeliveryError } from '../delivery-error.js';
import type { ConnectionCheck } from '../destination.js';
import type { SalesforceClient } from './client.js';
import { emailOptOutField } from './consent-fields.js';
import { keyProblem, type ObjectSchema, type SchemaCache } from './object-schema.js';

/** Below this share of free calls the org will soon refuse everybody. */
const fewCallsShare = 0.1;

/** Looks at the org with one describe (and a token); what is missing, in sentences. */
export async function checkOrg(
  client: SalesforceClient,
  schemas: SchemaCache,
  instanceUrl: string,
  object: string,
): Promise<ConnectionCheck> {
  const account = new URL(instanceUrl).host;
  schemas.forget(object);
  try {
    const schema = await schemas.get(object);
    return { account, problems: [...objectProblems(schema), ...fieldProblems(schema), ...callProblems(client)] };
  } catch (error) {
    if (!(error instanceof DeliveryError) || error.details.code !== 'NOT_FOUND') throw error;
    return {
      account,
      problems: [`The integration user cannot see ${object}: give it read, create and edit access to ${object}.`],
    };
  }
}

function objectProblems({ name, createable, updateable }: ObjectSchema): string[] {
  const missing = [createable ? null : 'create', updateable ? null : 'edit'].filter((right) => right !== null);
  if (missing.length === 0) return [];
  return [`The integration user may not ${missing.join(' or ')} records of ${name}: add it in its permission set.`];
}

function fieldProblems({ name, fields }: ObjectSchema): string[] {
  const problems: string[] = [];
  const hasKey = fields.values().some((field) => field.unique && keyProblem(field) === null);
  if (!hasKey)
    problems.push(
      `${name} has no field to match by: create a text field, External ID and Unique (case-sensitive), for example Parley_Id__c, and give the integration user edit access to it.`,
    );
  if (fields.get(emailOptOutField)?.updateable !== true)
    problems.push(
      `The integration user cannot edit ${emailOptOutField} (Email Opt Out) of ${name}, so withdrawals of consent do not reach Salesforce.`,
    );
  return problems;
}

function callProblems({ usage }: SalesforceClient): string[] {
  if (usage === null || usage.used < usage.limit * (1 - fewCallsShare)) return [];
  return [`Of the org's ${usage.limit} API calls of the last 24 hours ${usage.limit - usage.used} are left.`];
}
