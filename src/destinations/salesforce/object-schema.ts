import { DeliveryError } from '../delivery-error.js';
import type { SalesforceClient } from './client.js';
import type { PersonKind } from './person-kind.js';
import { Remembered } from './remembered.js';
import type { DescribeAnswer, DescribedField } from './wire.js';

/** What the integration user may see of one object. */
export interface ObjectSchema {
  readonly name: string;
  readonly label: string;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly fields: ReadonlyMap<string, DescribedField>;
}

/** What an org's objects look like, read when first needed and again after ten minutes or when a write contradicted it. */
export class SchemaCache {
  readonly #schemas = new Map<string, Remembered<ObjectSchema | null>>();

  constructor(
    private readonly client: SalesforceClient,
    private readonly now: () => Date,
  ) {}

  /** @throws DeliveryError `misconfigured` when the org has no such object, or hides it */
  async get(object: string, olderThanMs?: number): Promise<ObjectSchema> {
    const schema = await this.find(object, olderThanMs);
    if (schema !== null) return schema;
    throw new DeliveryError(
      'misconfigured',
      `The integration user cannot see ${object}: give it read, create and edit access to ${object}.`,
      { code: 'NOT_FOUND' },
    );
  }

  /** null: the org has no such object, or hides it from the integration user. */
  find(object: string, olderThanMs?: number): Promise<ObjectSchema | null> {
    const kept = this.#schemas.get(object) ?? new Remembered(() => this.#read(object), this.now);
    this.#schemas.set(object, kept);
    return kept.get(olderThanMs);
  }

  forget(object: string): void {
    this.#schemas.get(object)?.forget();
  }

  async #read(object: string): Promise<ObjectSchema | null> {
    try {
      return toSchema(await this.client.describe(object));
    } catch (error) {
      if (error instanceof DeliveryError && error.details.code === 'NOT_FOUND') return null;
      throw error;
    }
  }
}

function toSchema({ fields, ...object }: DescribeAnswer): ObjectSchema {
  return { ...object, fields: new Map(fields.map((field) => [field.name, field])) };
}

export const isRequired = (field: DescribedField): boolean =>
  field.createable && !field.nillable && !field.defaultedOnCreate;

/**
 * The field that holds our key: an external id, or a field of the person that is looked for.
 * @throws DeliveryError `misconfigured`: until an admin has made the field, no record at all can be written
 */
export function keyFieldOf(schema: ObjectSchema, kind: PersonKind, name: string): DescribedField {
  const field = schema.fields.get(name);
  const problem = field === undefined ? 'is not visible to the integration user' : keyProblem(field, kind);
  if (field !== undefined && problem === null) return field;
  const advice = `Make it a text field, External ID and Unique (case-sensitive), and give the integration user edit access.`;
  throw new DeliveryError('misconfigured', `The key field ${name} of ${schema.name} ${problem ?? ''}. ${advice}`, {
    code: 'KEY_FIELD_UNUSABLE',
    field: name,
  });
}

/** null: the field can hold our key. */
export function keyProblem(field: DescribedField, kind: PersonKind): string | null {
  const findsPeople = field.externalId || field.name === kind.email || kind.phones.includes(field.name);
  if (!findsPeople) return 'is not marked as External ID';
  return field.createable && field.updateable ? null : 'cannot be edited by the integration user';
}
