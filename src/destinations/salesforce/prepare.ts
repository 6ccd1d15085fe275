import { z } from 'zod';
import { DeliveryError } from '../delivery-error.js';
import type { PrepareReport, PrepareRequest, WantedField } from '../destination.js';
import { isAccountField, nameInAccount } from './account-fields.js';
import { canBeMade, customField } from './custom-field.js';
import { grantFields } from './field-permissions.js';
import { readOptions } from './mapping-options.js';
import { keyProblem, type ObjectSchema } from './object-schema.js';
import { kindsOf, type PersonKind } from './person-kind.js';
import type { Tools } from './write-plan.js';

interface Report {
  readonly created: string[];
  readonly problems: string[];
}

/** Fields of one object that a mapping needs. */
interface Need {
  readonly sobject: string;
  /** null: the company behind a person. */
  readonly kind: PersonKind | null;
  readonly fields: readonly WantedField[];
}

/** Makes the fields that the mapping names and the org lacks, gives the integration user access to them, and looks whether it has it. */
export async function prepareOrg(tools: Tools, request: PrepareRequest): Promise<PrepareReport> {
  const report: Report = { created: [], problems: [] };
  for (const need of needsOf(request)) await prepareObject(tools, need, request, report);
  return report;
}

function needsOf(request: PrepareRequest): readonly Need[] {
  const tagsField = readOptions(request.options).tagsAs === 'picklist' ? request.tagsField : null;
  const named = new Set(request.fields.map(({ name }) => name));
  const tags: readonly WantedField[] =
    tagsField === null || named.has(tagsField)
      ? []
      : [{ name: tagsField, label: 'Chat tags', type: 'list', key: false }];
  const ofPerson = [...request.fields.filter(({ name }) => !isAccountField(name)), ...tags];
  const ofAccount = request.fields.filter(({ name }) => isAccountField(name));
  return [
    ...kindsOf(request.object).map((kind) => ({ sobject: kind.sobject, kind, fields: ofPerson })),
    ...(ofAccount.length === 0
      ? []
      : [
          {
            sobject: 'Account',
            kind: null,
            fields: ofAccount.map((field) => ({ ...field, name: nameInAccount(field.name) })),
          },
        ]),
  ];
}

async function prepareObject(
  { client, schemas }: Tools,
  need: Need,
  request: PrepareRequest,
  report: Report,
): Promise<void> {
  const { sobject } = need;
  schemas.forget(sobject);
  const schema = await schemas.find(sobject);
  if (schema === null) {
    report.problems.push(`The integration user cannot see ${sobject}: give it read, create and edit access.`);
    return;
  }
  const missing = need.fields.filter(({ name }) => !schema.fields.has(name));
  report.problems.push(...need.fields.flatMap((field) => problemWith(schema, field, need.kind, request)));
  const makeable = missing.filter(({ name }) => canBeMade(name) && request.create.fields);
  const words = (field: WantedField): string =>
    `the field ${field.name} (${field.key ? 'key' : field.type}) of ${sobject}`;
  if (request.dryRun) {
    report.created.push(...makeable.map(words));
    return;
  }
  const made: WantedField[] = [];
  for (const field of makeable) {
    const problem = await makeField(client, sobject, field);
    if (problem === null) made.push(field);
    else report.problems.push(`${field.name} of ${sobject} could not be made: ${problem}`);
  }
  if (made.length === 0) return;
  const names = made.map(({ name }) => name);
  report.problems.push(...(await grantFields(client, sobject, names)));
  schemas.forget(sobject);
  const { fields } = await schemas.get(sobject);
  for (const field of made)
    if (fields.get(field.name)?.updateable === true) report.created.push(words(field));
    else
      report.problems.push(
        `${field.name} of ${sobject} was made, but the integration user cannot edit it: give it edit access in its permission set.`,
      );
}

function problemWith(
  { name: sobject, fields }: ObjectSchema,
  { name, key }: WantedField,
  kind: PersonKind | null,
  { create }: PrepareRequest,
): string[] {
  const field = fields.get(name);
  if (field === undefined) {
    if (create.fields && canBeMade(name)) return [];
    const why = canBeMade(name)
      ? 'The mapping does not allow to make it (create.fields).'
      : 'Parley can only make fields whose name ends in __c.';
    return [`${sobject} has no field ${name} that the integration user can see. ${why}`];
  }
  const problem = key && kind !== null ? keyProblem(field, kind) : null;
  if (problem !== null) return [`The key field ${name} of ${sobject} ${problem}.`];
  if (field.createable || field.updateable) return [];
  return [`The integration user cannot edit ${name} of ${sobject}.`];
}

const madeField = z.object({ id: z.string(), success: z.literal(true) });

/** @returns what was in the way; null: nothing, or the field is there already and only hidden */
async function makeField(client: Tools['client'], sobject: string, field: WantedField): Promise<string | null> {
  try {
    const body = customField(sobject, field);
    const call = { operation: 'tooling.customField.create', repeatable: true }; // a second one is refused by its name
    await client.request(call, { method: 'POST', url: '/tooling/sobjects/CustomField', body }, madeField);
    return null;
  } catch (error) {
    if (!(error instanceof DeliveryError) || (error.kind !== 'rejected' && error.kind !== 'misconfigured')) throw error;
    return error.details.code === 'DUPLICATE_DEVELOPER_NAME' ? null : error.message;
  }
}
