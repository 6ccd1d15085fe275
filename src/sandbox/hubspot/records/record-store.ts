import type { Announce, Origin } from '../happening.js';
import type { ObjectType } from '../object-types.js';
import type { PropertyCatalog } from '../properties/property-catalog.js';
import { type CrmRecord, withPastValue } from './record.js';

const merging: Origin = { changeSource: 'MERGE_OBJECTS', sourceId: '' };
const emailProperties = new Set(['email', 'hs_additional_emails']);

interface World {
  readonly now: () => string;
  readonly nextId: () => string;
  readonly announce: Announce;
}

/** All records of one kind, with an index per unique property. */
export class RecordStore {
  #records = new Map<string, CrmRecord>();
  /** Read page by page far more often than changed; emptied by every change. */
  readonly #ordered = new Map<boolean, readonly CrmRecord[]>();
  /** Ids that were merged away → who answers for them now. */
  #survivors = new Map<string, string>();
  /** Per unique property: value → id of the record that holds it. Additional e-mail addresses count as e-mail addresses. */
  #owners = new Map<string, Map<string, string>>();

  constructor(
    readonly type: ObjectType,
    readonly catalog: PropertyCatalog,
    private readonly world: World,
  ) {}

  load(records: readonly CrmRecord[]): void {
    this.#records = new Map();
    this.#ordered.clear();
    this.#survivors = new Map();
    this.#owners = new Map();
    for (const record of records) {
      this.#records.set(record.id, record);
      if (!record.archived) this.#claim(record);
    }
  }

  save(): CrmRecord[] {
    return [...this.#records.values()];
  }

  /** Whoever answers for this id; archived ones only when asked for. */
  get(id: string, archived = false): CrmRecord | undefined {
    const found = this.#records.get(this.#survivors.get(id) ?? id);
    return found?.archived === archived ? found : undefined;
  }

  /** Ordered by id. */
  all(archived = false): readonly CrmRecord[] {
    const known = this.#ordered.get(archived);
    if (known !== undefined) return known;
    const ordered = this.save().filter((record) => record.archived === archived);
    ordered.sort((a, b) => Number(a.id) - Number(b.id));
    this.#ordered.set(archived, ordered);
    return ordered;
  }

  /** Who holds this value of a unique property; e-mail addresses in any case, and a record's additional ones too. */
  owner(propertyName: string, value: string): CrmRecord | undefined {
    const id = this.#owners.get(propertyName)?.get(comparable(propertyName, value));
    return id === undefined ? undefined : this.get(id);
  }

  create(values: ReadonlyMap<string, string>, origin: Origin): CrmRecord {
    const id = this.world.nextId();
    const at = this.world.now();
    const empty = { id, createdAt: at, updatedAt: at, archived: false, properties: {}, history: {} };
    return this.#put({ ...empty, createdBy: origin, mergedIds: [] }, values, origin, true);
  }

  update(record: CrmRecord, values: ReadonlyMap<string, string>, origin: Origin): CrmRecord {
    return this.#put({ ...record, updatedAt: this.world.now() }, values, origin);
  }

  archive(record: CrmRecord, origin: Origin): void {
    this.#release(record);
    this.#keep({ ...record, archived: true, updatedAt: this.world.now() });
    this.world.announce({ kind: 'deleted', type: this.type, id: record.id, origin });
  }

  restore(record: CrmRecord, origin: Origin): CrmRecord {
    const restored = { ...record, archived: false, updatedAt: this.world.now() };
    this.#keep(restored);
    this.#claim(restored);
    this.world.announce({ kind: 'restored', type: this.type, id: record.id, origin });
    return restored;
  }

  /** For ever: nothing of it is left. */
  erase(record: CrmRecord, origin: Origin): void {
    this.#release(record);
    this.#drop(record.id);
    this.world.announce({ kind: 'erased', type: this.type, id: record.id, origin });
  }

  /** The first answers for the second's ids from now on. `values` are the survivor's. */
  merge(
    primary: CrmRecord,
    other: CrmRecord,
    values: ReadonlyMap<string, string>,
    mintId: boolean,
    origin: Origin,
  ): CrmRecord {
    this.#release(other);
    this.#drop(other.id);
    const mergedIds = [...primary.mergedIds, ...other.mergedIds, other.id];
    const id = mintId ? this.world.nextId() : primary.id;
    if (mintId) {
      this.#release(primary);
      this.#drop(primary.id);
    }
    const createdAt = primary.createdAt < other.createdAt ? primary.createdAt : other.createdAt;
    const survivor = this.#put(
      {
        ...primary,
        id,
        createdAt,
        updatedAt: this.world.now(),
        mergedIds: mintId ? [...mergedIds, primary.id] : mergedIds,
      },
      values,
      null,
    );
    const about = { type: this.type, id, origin, primaryId: primary.id, mergedId: other.id };
    this.world.announce({ ...about, kind: 'merged', propertiesMoved: values.size });
    this.world.announce({ kind: 'deleted', type: this.type, id: other.id, origin });
    return survivor;
  }

  /** @param origin null: the values are not news to anybody */
  #put(record: CrmRecord, values: ReadonlyMap<string, string>, origin: Origin | null, isNew = false): CrmRecord {
    const properties = { ...record.properties };
    const history = { ...record.history };
    const changed: [string, string][] = [];
    for (const [name, value] of values) {
      if (value === (properties[name] ?? '')) continue;
      // The first values of a record are told by who made it, and when.
      if (!isNew) history[name] = withPastValue(record, name, value, record.updatedAt, origin ?? merging);
      properties[name] = value;
      changed.push([name, value]);
    }
    for (const [name, value] of Object.entries(properties)) if (value === '') Reflect.deleteProperty(properties, name);
    const next = { ...record, properties, history };
    this.#release(this.#records.get(record.id) ?? record);
    this.#keep(next);
    this.#claim(next);
    if (origin === null) return next;
    if (isNew) this.world.announce({ kind: 'created', type: this.type, id: next.id, origin });
    for (const [property, value] of changed)
      this.world.announce({
        kind: 'changed',
        type: this.type,
        id: next.id,
        at: next.updatedAt,
        origin,
        property,
        value,
      });
    return next;
  }

  #keep(record: CrmRecord): void {
    this.#records.set(record.id, record);
    this.#ordered.clear();
  }

  #drop(id: string): void {
    this.#records.delete(id);
    this.#ordered.clear();
  }

  #claim(record: CrmRecord): void {
    for (const id of record.mergedIds) this.#survivors.set(id, record.id);
    for (const [name, value] of this.#uniqueValues(record)) {
      const owners = this.#owners.get(name) ?? new Map<string, string>();
      owners.set(value, record.id);
      this.#owners.set(name, owners);
    }
  }

  #release(record: CrmRecord): void {
    for (const [name, value] of this.#uniqueValues(record))
      if (this.#owners.get(name)?.get(value) === record.id) this.#owners.get(name)?.delete(value);
  }

  #uniqueValues({ properties }: CrmRecord): [string, string][] {
    return Object.entries(properties).flatMap(([name, value]): [string, string][] => {
      if (name === 'hs_additional_emails')
        return value.split(';').map((address) => ['email', comparable(name, address)]);
      return this.catalog.isUnique(name) ? [[name, comparable(name, value)]] : [];
    });
  }
}

const comparable = (name: string, value: string): string =>
  emailProperties.has(name) ? value.trim().toLowerCase() : value;
