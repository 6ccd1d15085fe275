import type { Announce, Origin } from '../happening.js';
import type { ObjectType } from '../object-types.js';
import {
  type Association,
  associationType,
  associationTypes,
  defaultAssociation,
  primaryAssociation,
} from './association.js';

export interface Neighbour {
  readonly toId: string;
  readonly typeIds: readonly number[];
}

/** Which records belong together, both ways. */
export class AssociationStore {
  /** `contacts/1` → its associations, oldest first. */
  #from = new Map<string, Association[]>();

  constructor(private readonly announce: Announce) {}

  /** One direction is enough: the way back is added. */
  load(associations: readonly Association[]): void {
    this.#from = new Map();
    for (const association of associations) {
      this.#addOnce(association);
      const back = associationType(association.fromType, association.typeId)?.backId;
      if (back === undefined) continue;
      const { fromType, fromId, toType, toId } = association;
      this.#addOnce({ fromType: toType, fromId: toId, toType: fromType, toId: fromId, typeId: back });
    }
  }

  save(): Association[] {
    return [...this.#from.values()].flat();
  }

  /** Whom it belongs to, each with all types of association, in the order they came together. */
  neighbours(type: ObjectType, id: string, toType: ObjectType): Neighbour[] {
    const found = this.#of(type, id).filter((association) => association.toType === toType);
    return [...Map.groupBy(found, ({ toId }) => toId)].map(([toId, all]) => ({
      toId,
      typeIds: all.map(({ typeId }) => typeId),
    }));
  }

  ids(type: ObjectType, id: string, toType: ObjectType): string[] {
    return this.neighbours(type, id, toType).map(({ toId }) => toId);
  }

  /** The record's primary company. */
  primary(type: ObjectType, id: string, toType: ObjectType): string | undefined {
    const primary = primaryAssociation(type, toType)?.typeId;
    return this.#of(type, id).find(({ typeId }) => typeId === primary)?.toId;
  }

  /** The default association; the first company of a record becomes its primary one. @returns the type ids that exist now */
  associateDefault(type: ObjectType, id: string, toType: ObjectType, toId: string, origin: Origin): number[] {
    const primary = primaryAssociation(type, toType);
    const wanted = [defaultAssociation(type, toType)?.typeId];
    // Seen from either side, the record that is not the company has at most one primary company.
    const [ownerType, ownerId, companyType] = type === 'companies' ? [toType, toId, type] : [type, id, toType];
    if (primary !== undefined && this.primary(ownerType, ownerId, companyType) === undefined)
      wanted.push(primary.typeId);
    const typeIds = wanted.filter((typeId) => typeId !== undefined);
    for (const typeId of typeIds) this.associate(type, id, typeId, toId, origin);
    return typeIds;
  }

  associate(type: ObjectType, id: string, typeId: number, toId: string, origin: Origin): void {
    const facts = associationType(type, typeId);
    if (facts === undefined) return;
    const there = { fromType: type, fromId: id, toType: facts.to, toId, typeId };
    if (this.#of(type, id).some((known) => known.toId === toId && known.typeId === typeId)) return;
    this.#add(there);
    this.#add({ fromType: facts.to, fromId: toId, toType: type, toId: id, typeId: facts.backId });
    this.#tell(there, facts.label === 'Primary', false, origin);
  }

  /** All types of association between two records, or only the given ones. */
  dissociate(
    type: ObjectType,
    id: string,
    toType: ObjectType,
    toId: string,
    typeIds: readonly number[] | null,
    origin: Origin,
  ): void {
    const gone = this.#of(type, id).filter(
      (known) => known.toType === toType && known.toId === toId && (typeIds?.includes(known.typeId) ?? true),
    );
    for (const association of gone) {
      this.#remove(association);
      const facts = associationType(type, association.typeId);
      if (facts !== undefined)
        this.#remove({ fromType: toType, fromId: toId, toType: type, toId: id, typeId: facts.backId });
      this.#tell(association, facts?.label === 'Primary', true, origin);
    }
  }

  /** A record is gone, and all its associations with it. */
  forget(type: ObjectType, id: string): void {
    for (const association of this.#of(type, id)) {
      const back = associationType(type, association.typeId);
      if (back !== undefined)
        this.#remove({
          fromType: association.toType,
          fromId: association.toId,
          toType: type,
          toId: id,
          typeId: back.backId,
        });
    }
    this.#from.delete(`${type}/${id}`);
  }

  /** After a merge: what belonged to one belongs to the other. */
  move(type: ObjectType, fromId: string, toId: string): void {
    const moved = this.#of(type, fromId);
    this.forget(type, fromId);
    for (const { toId: neighbour, typeId } of moved) {
      const back = associationTypes.find((facts) => facts.from === type && facts.typeId === typeId);
      if (
        back === undefined ||
        this.#of(type, toId).some((known) => known.toId === neighbour && known.typeId === typeId)
      )
        continue;
      this.#add({ fromType: type, fromId: toId, toType: back.to, toId: neighbour, typeId });
      this.#add({ fromType: back.to, fromId: neighbour, toType: type, toId, typeId: back.backId });
    }
  }

  #of(type: ObjectType, id: string): readonly Association[] {
    return this.#from.get(`${type}/${id}`) ?? [];
  }

  #addOnce(association: Association): void {
    const { fromType, fromId, toId, typeId } = association;
    const isKnown = this.#of(fromType, fromId).some((known) => known.toId === toId && known.typeId === typeId);
    if (!isKnown) this.#add(association);
  }

  #add(association: Association): void {
    const key = `${association.fromType}/${association.fromId}`;
    const known = this.#from.get(key);
    if (known === undefined) this.#from.set(key, [association]);
    else known.push(association);
  }

  #remove({ fromType, fromId, toId, typeId }: Association): void {
    const key = `${fromType}/${fromId}`;
    const left = this.#of(fromType, fromId).filter((known) => known.toId !== toId || known.typeId !== typeId);
    if (left.length === 0) this.#from.delete(key);
    else this.#from.set(key, left);
  }

  #tell({ fromType, fromId, toType, toId }: Association, primary: boolean, removed: boolean, origin: Origin): void {
    this.announce({ kind: 'associated', type: fromType, id: fromId, toType, toId, removed, primary, origin });
  }
}
