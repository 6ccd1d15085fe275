import type { AttributeType } from '../../profiles/attribute.js';
import type { DroppedField, FieldValues, RemoteField } from '../destination.js';
import type { MergeField } from './answers.js';
import type { MailchimpClient, MergeValue } from './client.js';
import { toMergeValue } from './convert.js';

/** The field that is every member's key. It is no merge field. */
export const emailField = 'email_address';

const keptMs = 10 * 60_000;
/** A field or a choice that we do not know may have been made a moment ago; asked about at most this often. */
const askedAgainMs = 60_000;

const attributeTypes: Readonly<Record<string, AttributeType>> = { number: 'number', date: 'date', birthday: 'date' };

/** What a write carries of a record's fields: the values as Mailchimp takes them, and what had to stay behind. */
export interface MergeWrite {
  readonly values: Readonly<Record<string, MergeValue>>;
  readonly dropped: readonly DroppedField[];
}

/** The audience's merge fields, read once and then kept for ten minutes. */
export class MergeFields {
  #fields: Promise<ReadonlyMap<string, MergeField>> | null = null;
  #readAt = 0;

  constructor(
    private readonly client: MailchimpClient,
    private readonly now: () => Date,
  ) {}

  /** Knows where all of this goes, as far as the audience takes it. */
  async covering(sent: readonly FieldValues[]): Promise<ReadonlyMap<string, MergeField>> {
    const ageMs = this.now().getTime() - this.#readAt;
    if (this.#fields === null || ageMs > keptMs) return this.read();
    const fields = await this.#fields;
    if (ageMs <= askedAgainMs) return fields;
    return sent.some((values) => toMergeWrite(fields, values).dropped.length > 0) ? this.read() : fields;
  }

  async read(): Promise<ReadonlyMap<string, MergeField>> {
    this.#readAt = this.now().getTime();
    this.#fields = this.client.mergeFields().then((fields) => new Map(fields.map((field) => [field.tag, field])));
    try {
      return await this.#fields;
    } catch (error) {
      this.#fields = null;
      throw error;
    }
  }
}

/** Mailchimp drops merge tags it does not know without a word, so they are dropped here, and said. */
export function toMergeWrite(fields: ReadonlyMap<string, MergeField>, sent: FieldValues): MergeWrite {
  const values: Record<string, MergeValue> = {};
  const dropped: DroppedField[] = [];
  for (const [tag, value] of Object.entries(sent)) {
    const field = fields.get(tag);
    if (field === undefined) {
      dropped.push({ field: tag, code: 'unknown_merge_field', message: `The audience has no merge field ${tag}` });
      continue;
    }
    const converted = toMergeValue(value, field);
    if ('value' in converted) values[tag] = converted.value;
    else dropped.push({ field: tag, code: converted.code, message: converted.message });
  }
  return { values, dropped };
}

export function toRemoteField({ tag, name, type, required, options }: MergeField): RemoteField {
  return {
    name: tag,
    label: name,
    type: attributeTypes[type] ?? 'string',
    nativeType: type,
    writable: true,
    required,
    unique: false,
    options: options.choices?.map((choice) => ({ value: choice, label: choice })) ?? null,
  };
}

export const emailRemoteField: RemoteField = {
  name: emailField,
  label: 'Email address',
  type: 'string',
  nativeType: 'email',
  writable: true,
  required: true,
  unique: true,
  options: null,
};
