import type { Property, PropertyGroup } from './property.js';

/** The properties and groups of one kind of record. */
export class PropertyCatalog {
  #properties = new Map<string, Property>();
  #groups = new Map<string, PropertyGroup>();

  load(properties: readonly Property[], groups: readonly PropertyGroup[]): void {
    this.#properties = new Map(properties.map((property) => [property.name, property]));
    this.#groups = new Map(groups.map((group) => [group.name, group]));
  }

  all(): Property[] {
    return [...this.#properties.values()];
  }

  /** Also an archived one: its name stays taken until it is brought back. */
  find(name: string): Property | undefined {
    return this.#properties.get(name);
  }

  /** Undefined when it has been archived. */
  active(name: string): Property | undefined {
    const property = this.#properties.get(name);
    return property?.archived === true ? undefined : property;
  }

  define(property: Property): void {
    this.#properties.set(property.name, property);
  }

  isUnique(name: string): boolean {
    return this.#properties.get(name)?.hasUniqueValue ?? false;
  }

  groups(): PropertyGroup[] {
    return [...this.#groups.values()];
  }

  group(name: string): PropertyGroup | undefined {
    return this.#groups.get(name);
  }

  defineGroup(group: PropertyGroup): void {
    this.#groups.set(group.name, group);
  }

  removeGroup(name: string): void {
    this.#groups.delete(name);
  }
}
