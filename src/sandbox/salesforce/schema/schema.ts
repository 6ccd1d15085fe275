import type { RecordTable } from '../records/record-table.js';
import type { FieldAccess, FieldDefinition, Feature } from './field-definition.js';
import {
  allPermissions,
  type FieldsOfObjects,
  type ObjectDefinition,
  type ObjectPermissions,
} from './object-definition.js';
import { OrgObject, wider } from './org-object.js';

export interface ChildRelationship {
  readonly name: string | null;
  readonly object: OrgObject;
  readonly field: FieldDefinition;
}

interface Parts {
  readonly definitions: readonly ObjectDefinition[];
  readonly fields: FieldsOfObjects;
  readonly tableOf: (name: string) => RecordTable;
  readonly features: Readonly<Record<Feature, boolean>>;
  readonly permissions: Readonly<Record<string, ObjectPermissions>>;
  /** What permission sets give beyond the profile, by `Object.Field`. */
  readonly granted: ReadonlyMap<string, FieldAccess>;
}

/** All objects of the org as they are now: built anew whenever an admin changes something. */
export class Schema {
  readonly #objects: ReadonlyMap<string, OrgObject>;
  readonly #byPrefix: ReadonlyMap<string, OrgObject>;
  readonly #children: ReadonlyMap<string, readonly ChildRelationship[]>;

  constructor({ definitions, fields: fieldsOf, tableOf, features, permissions, granted }: Parts) {
    const there = ({ feature }: { readonly feature: Feature | null }): boolean => feature === null || features[feature];
    const objects = definitions.filter(there).map((definition) => {
      const fields = (fieldsOf[definition.name] ?? []).filter(there).map((field) => {
        const more = granted.get(`${definition.name}.${field.name}`);
        return more === undefined ? field : { ...field, access: wider(field.access, more) };
      });
      const rights = permissions[definition.name] ?? allPermissions;
      return new OrgObject(definition, fields, tableOf(definition.name), rights);
    });
    this.#objects = new Map(objects.map((object) => [object.name.toLowerCase(), object]));
    this.#byPrefix = new Map(objects.map((object) => [object.keyPrefix, object]));
    this.#children = Map.groupBy(
      objects.flatMap((object) =>
        object.fields.flatMap((field) =>
          field.referenceTo.map((parent) => ({ parent, name: field.childName, object, field })),
        ),
      ),
      ({ parent }) => parent,
    );
  }

  get all(): readonly OrgObject[] {
    return [...this.#objects.values()];
  }

  /** Those that the integration user may read. */
  get readable(): readonly OrgObject[] {
    return this.all.filter(({ permissions }) => permissions.read);
  }

  /** An object whoever may see it. @throws Error when the org has none of this name, which is a mistake of ours */
  any(name: string): OrgObject {
    const found = this.find(name);
    if (found === undefined) throw new Error(`The org has no object ${name}`);
    return found;
  }

  find(name: string): OrgObject | undefined {
    return this.#objects.get(name.toLowerCase());
  }

  /** An object that the integration user may read. */
  readableByName(name: string): OrgObject | undefined {
    const found = this.find(name);
    return found?.permissions.read === true ? found : undefined;
  }

  /** The object that an id belongs to. */
  ofId(id: string): OrgObject | undefined {
    return this.#byPrefix.get(id.slice(0, 3));
  }

  childrenOf(object: OrgObject): readonly ChildRelationship[] {
    return (this.#children.get(object.name) ?? []).filter(({ object: child }) => child.permissions.read);
  }
}
