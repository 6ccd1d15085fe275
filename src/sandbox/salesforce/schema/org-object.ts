import type { RecordTable } from '../records/record-table.js';
import type { FieldAccess, FieldDefinition } from './field-definition.js';
import { natures, type ObjectDefinition, type ObjectPermissions } from './object-definition.js';

/** An object as it is in the org now: its fields, its records, and what the integration user may do with them. */
export class OrgObject {
  readonly name: string;
  readonly label: string;
  readonly labelPlural: string;
  readonly keyPrefix: string;
  readonly nature: ObjectDefinition['nature'];
  /** All there are, whoever may see them. */
  readonly fields: readonly FieldDefinition[];
  readonly required: readonly FieldDefinition[];
  readonly unique: readonly FieldDefinition[];
  readonly #visible: ReadonlyMap<string, FieldDefinition>;
  readonly #byParent: ReadonlyMap<string, FieldDefinition>;

  constructor(
    definition: ObjectDefinition,
    fields: readonly FieldDefinition[],
    readonly table: RecordTable,
    readonly permissions: ObjectPermissions,
  ) {
    this.name = definition.name;
    this.label = definition.label;
    this.labelPlural = definition.labelPlural;
    this.keyPrefix = definition.keyPrefix;
    this.nature = definition.nature;
    this.fields = fields;
    this.required = fields.filter(({ required }) => required);
    this.unique = fields.filter(({ unique }) => unique);
    const visible = fields.filter(({ access }) => access !== 'none');
    this.#visible = new Map(visible.map((field) => [field.name.toLowerCase(), field]));
    this.#byParent = new Map(
      visible.flatMap((field) =>
        field.relationshipName === null ? [] : [[field.relationshipName.toLowerCase(), field]],
      ),
    );
  }

  get rights() {
    return natures[this.nature];
  }

  get visibleFields(): readonly FieldDefinition[] {
    return [...this.#visible.values()];
  }

  /** A field that the integration user may see; names are written in any case. */
  field(name: string): FieldDefinition | undefined {
    return this.#visible.get(name.toLowerCase());
  }

  /** The look-up whose record SOQL calls by this name. */
  parent(relationshipName: string): FieldDefinition | undefined {
    return this.#byParent.get(relationshipName.toLowerCase());
  }

  isCreateable(field: FieldDefinition): boolean {
    return this.rights.create && this.permissions.create && isEditable(field);
  }

  isUpdateable(field: FieldDefinition): boolean {
    return this.rights.update && this.permissions.edit && isEditable(field) && !field.createOnly;
  }
}

const isEditable = ({ access, system }: FieldDefinition): boolean => access === 'edit' && !system;

const ranks = { none: 0, read: 1, edit: 2 } as const satisfies Record<FieldAccess, number>;
/** Permissions add up: the wider one counts. */
export const wider = (one: FieldAccess, other: FieldAccess): FieldAccess => (ranks[one] >= ranks[other] ? one : other);
