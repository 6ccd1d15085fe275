import type { Account } from '../account.js';
import type { Happening } from '../happening.js';
import { objectTypeOf } from '../object-types.js';
import { invalid, Problem } from '../problem.js';
import type { CrmRecord } from '../records/record.js';
import { type FilterBranch, filterBranchSchema, matchesBranch } from './list-filter.js';
import type { CrmList } from './list.js';

export interface MembershipChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly missing: readonly string[];
}

/** All lists of the account; those with a rule follow their contacts. */
export class Lists {
  readonly #rules = new WeakMap<CrmList, FilterBranch | null>();
  readonly #joined: ((list: CrmList, contactId: string) => void)[] = [];

  constructor(private readonly account: Account) {
    account.listen((happening) => this.#follow(happening));
  }

  /** Hears of everybody who comes into a list from now on. */
  onJoined(listener: (list: CrmList, contactId: string) => void): void {
    this.#joined.push(listener);
  }

  /** After the state was replaced: the lists with a rule are worked out anew, and nobody is told. */
  refresh(): void {
    for (const list of this.all())
      if (list.processingType === 'DYNAMIC')
        for (const contact of this.account.contacts.all()) this.#decide(list, contact, false);
  }

  all(): CrmList[] {
    return this.account.data.lists.filter(({ deletedAt }) => deletedAt === null);
  }

  /** @throws Problem 404 */
  find(listId: string, deleted = false): CrmList {
    const list = this.account.data.lists.find((candidate) => candidate.listId === listId);
    if (list === undefined || (list.deletedAt !== null) !== deleted)
      throw new Problem(404, { message: `List does not exist with ID ${listId}.`, category: 'OBJECT_NOT_FOUND' });
    return list;
  }

  named(name: string, objectTypeId: string): CrmList | undefined {
    return this.all().find((list) => list.name === name && list.objectTypeId === objectTypeId);
  }

  add(list: CrmList): void {
    this.account.data.lists.push(list);
    if (list.processingType === 'MANUAL') return;
    for (const contact of this.account.contacts.all()) this.#decide(list, contact, false);
  }

  /** Record ids only; unknown ones do not fail the call. @throws Problem 400 for a list with a rule */
  change(list: CrmList, adding: readonly string[], removing: readonly string[]): MembershipChange {
    if (list.processingType === 'DYNAMIC')
      throw invalid(
        `Cannot add or remove records manually: list ${list.listId} has the processing type DYNAMIC. Only MANUAL and SNAPSHOT lists can be changed.`,
        { subCategory: 'ILS.INVALID_LIST_PROCESSING_TYPE' },
      );
    const { mostMemberships } = this.account.behaviour;
    if (adding.length + removing.length > mostMemberships)
      throw invalid(`At most ${String(mostMemberships)} records can be changed in one request.`);
    const type = objectTypeOf(list.objectTypeId) ?? 'contacts';
    const known = (id: string): boolean => this.account.store(type).get(id)?.id === id;
    const missing = [...new Set([...adding, ...removing])].filter((id) => !known(id));
    const added = [...new Set(adding)].filter((id) => known(id) && list.members[id] === undefined);
    const removed = [...new Set(removing)].filter((id) => list.members[id] !== undefined);
    for (const id of removed) this.#leave(list, id);
    for (const id of added) this.#join(list, id, true);
    return { added, removed, missing };
  }

  #follow(happening: Happening): void {
    if (happening.kind === 'deleted' || happening.kind === 'erased') {
      for (const list of this.account.data.lists)
        if (objectTypeOf(list.objectTypeId) === happening.type) this.#leave(list, happening.id);
      return;
    }
    if (happening.type !== 'contacts' || (happening.kind !== 'changed' && happening.kind !== 'created')) return;
    const contact = this.account.contacts.get(happening.id);
    if (contact === undefined) return;
    for (const list of this.all()) if (list.processingType === 'DYNAMIC') this.#decide(list, contact, true);
  }

  #decide(list: CrmList, contact: CrmRecord, tell: boolean): void {
    const rule = this.#rule(list);
    const belongs = rule !== null && matchesBranch(this.account, contact, rule);
    if (belongs && list.members[contact.id] === undefined) this.#join(list, contact.id, tell);
    if (!belongs) this.#leave(list, contact.id);
  }

  /** null: it is none that the sandbox can decide, so nobody belongs. */
  #rule(list: CrmList): FilterBranch | null {
    const known = this.#rules.get(list);
    if (known !== undefined) return known;
    const parsed = filterBranchSchema.safeParse(list.filterBranch);
    const rule = parsed.success ? parsed.data : null;
    this.#rules.set(list, rule);
    return rule;
  }

  #join(list: CrmList, id: string, tell: boolean): void {
    const at = this.account.now();
    list.members[id] = { firstAddedAt: at, lastAddedAt: at };
    if (tell) for (const listener of this.#joined) listener(list, id);
  }

  #leave(list: CrmList, id: string): void {
    Reflect.deleteProperty(list.members, id);
  }
}
