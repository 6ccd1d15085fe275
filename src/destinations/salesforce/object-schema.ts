import { DeliveryError } from '../delivery-error.js';
import type { SalesforceClient } from './client.js';
import type { DescribeAnswer, DescribedField } from './wire.js';

/** What the integration user may see of one object. */
export interface ObjectSchema {
  readonly name: string;
  readonly label: string;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly fields: ReadonlyMap<string, DescribedField>;
}

const keptMs = 10 * 60_000;

/** The schemas of one account, read when first needed and again after ten minutes or when a write contradicted them. */
export class SchemaCache {
  readonly #schemas = new Map<string, { readonly schema: Promise<ObjectSchema>; readonly since: Date }>();

  constructor(
    private readonly client: SalesforceClient,
    private readonly now: () => Date,
  ) {}

  get(object: string): Promise<ObjectSchema> {
    return this.notOlderThan(object, keptMs);
  }

  notOlderThan(object: string, ageMs: number): Promise<ObjectSchema> {
    const kept = this.#schemas.get(object);
    if (kept !== undefined && this.now().getTime() - kept.since.getTime() < ageMs) return kept.schema;
    const schema = this.client.describe(object).then(toSchema);
    this.#schemas.set(object, { schema, since: this.now() });
    schema.catch(() => this.forget(object));
    return schema;
  }

  forget(object: string): void {
    this.#schemas.delete(object);
  }
}

function toSchema({ fields, ...object }: DescribeAnswer): ObjectSchema {
  return { ...object, fields: new Map(fields.map((field) => [field.name, field])) };
}

export const isRequired = (field: DescribedField): boolean =>
  field.createable && !field.nillable && !field.defaultedOnCreate;

/**
 * The field that holds our key.
 * @throws DeliveryError `unauthorized`: until an admin has made the field, no record at all can be written
 */
export function keyFieldOf(schema: ObjectSchema, name: string): DescribedField {
  const field = schema.fields.get(name);
  const problem = field === undefined ? 'is not visible to the integration user' : keyProblem(field);
  if (field !== undefined && problem === null) return field;
  const advice = `Make it a text field, External ID and Unique (case-sensitive), and give the integration user edit access.`;
  throw new DeliveryError('unauthorized', `The key field ${name} of ${schema.name} ${problem ?? ''}. ${advice}`, {
    code: 'KEY_FIELD_UNUSABLE',
    field: name,
  });
}

export function keyProblem(field: DescribedField): string | null {
  if (!field.externalId) return 'is not marked as External ID';
  return field.createable && field.updateable ? null : 'cannot be edited by the integration user';
}
