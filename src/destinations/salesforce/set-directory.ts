import { z } from 'zod';
import { DeliveryError } from '../delivery-error.js';
import type { SalesforceClient } from './client.js';
import { createRows, inCollections } from './collections.js';
import type { NamedSet } from './named-set.js';
import { queriesByKey } from './soql-text.js';
import { complaintError } from './to-delivery-error.js';

/** The id of a set, or why there is none. */
export type SetIds = ReadonlyMap<string, string | DeliveryError>;

const namedRow = z.object({ Id: z.string(), Name: z.string() });
const comparable = (name: string): string => name.toLowerCase();

/** Which campaign or topic has which name; made when it is not there yet, and remembered across processes. */
export class SetDirectory {
  /** One after the other, or two calls would make the same set twice. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly client: SalesforceClient,
    private readonly set: NamedSet,
  ) {}

  /** Names that differ in capitals only are one set. @throws DeliveryError when one reason stopped all of it */
  async idsOf(names: readonly string[]): Promise<SetIds> {
    const spellings = Map.groupBy(new Set(names), comparable);
    const firsts = [...spellings.values()].flatMap(([first]) => first ?? []);
    const ids = this.#last.then(() => this.#idsOf(firsts));
    this.#last = ids.catch(() => undefined);
    const found = await ids;
    return new Map(
      [...spellings.values()].flatMap((same) => {
        const id = found.get(same[0] ?? '');
        return id === undefined ? [] : same.map((name) => [name, id] as const);
      }),
    );
  }

  /** It turned out not to be there any more: looked for, or made, at the next call. */
  forget(name: string): Promise<void> {
    return this.client.context.memory.set(this.#memoryName(name), null);
  }

  #memoryName = (name: string): string => `${this.set.object}:${comparable(name)}`;

  async #idsOf(names: readonly string[]): Promise<SetIds> {
    const { memory } = this.client.context;
    const ids = new Map<string, string | DeliveryError>();
    for (const name of names) {
      const known = await memory.get(this.#memoryName(name));
      if (typeof known === 'string') ids.set(name, known);
      else if (name.length > this.set.longestName) ids.set(name, tooLong(this.set, name));
    }
    const unknown = names.filter((name) => !ids.has(name));
    for (const [name, id] of await this.#found(unknown)) ids.set(name, id);
    for (const [name, id] of await this.#made(unknown.filter((name) => !ids.has(name)))) ids.set(name, id);
    for (const name of unknown) {
      const id = ids.get(name);
      if (typeof id === 'string') await memory.set(this.#memoryName(name), id);
    }
    return ids;
  }

  /** Of several with the same name always the same one: that with the lowest id. */
  async #found(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const idOf = new Map<string, string>();
    for (const soql of queriesByKey(this.set.object, ['Id', 'Name'], 'Name', names))
      for (const { Id, Name } of z.array(namedRow).parse(await this.client.query(soql))) {
        const before = idOf.get(comparable(Name));
        if (before === undefined || Id < before) idOf.set(comparable(Name), Id);
      }
    const found = names.map((name) => [name, idOf.get(comparable(name))] as const);
    return new Map(found.flatMap(([name, id]) => (id === undefined ? [] : [[name, id] as const])));
  }

  async #made(names: readonly string[]): Promise<ReadonlyMap<string, string | DeliveryError>> {
    const rows = await inCollections(names, (some) =>
      createRows(
        this.client,
        this.set.object,
        some.map((name) => this.set.made(name)),
      ),
    );
    const made = new Map<string, string | DeliveryError>();
    for (const [index, name] of names.entries()) {
      const complaint = rows[index]?.errors[0];
      const failure = complaint === undefined ? notMade(this.set, name) : complaintError(complaint, 200);
      made.set(name, rows[index]?.id ?? failure);
    }
    return made;
  }
}

const tooLong = ({ object, longestName }: NamedSet, name: string): DeliveryError =>
  new DeliveryError(
    'rejected',
    `"${name}" is too long for the name of a ${object}: at most ${longestName} characters`,
    {
      code: 'STRING_TOO_LONG',
    },
  );
const notMade = ({ object }: NamedSet, name: string): DeliveryError =>
  new DeliveryError('transient', `Salesforce did not say what became of the ${object} "${name}"`, {
    code: 'RESULT_MISSING',
  });
