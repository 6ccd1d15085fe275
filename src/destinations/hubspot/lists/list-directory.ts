import { z } from 'zod';
import { DeliveryError } from '../../delivery-error.js';
import type { ConnectionMemory } from '../../destination.js';
import { createList, type List, listByName } from '../api/lists.js';
import type { HubspotClient } from '../client.js';

/** Records can be put into these by API; what is in a dynamic list is decided by its filters. */
const writableTypes = new Set(['MANUAL', 'SNAPSHOT']);

const memoryName = (name: string): string => `list:${name}`;

/** The account's static lists by name: found or made once, remembered by id, made again when somebody has deleted them. */
export class ListDirectory {
  readonly #ids = new Map<string, Promise<string>>();

  constructor(
    private readonly client: HubspotClient,
    private readonly memory: ConnectionMemory,
  ) {}

  /** @throws DeliveryError `rejected` with the code `LIST_NOT_STATIC` for a dynamic list of that name */
  idOf(name: string): Promise<string> {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const sought = this.#find(name);
    this.#ids.set(name, sought);
    sought.catch(() => this.#ids.delete(name));
    return sought;
  }

  /** null: there is no such list, and none is made. @throws DeliveryError as `idOf` */
  async idIfThere(name: string): Promise<string | null> {
    const remembered = z.string().safeParse(await this.memory.get(memoryName(name)));
    if (this.#ids.has(name) || remembered.success) return this.idOf(name);
    return (await this.#byName(name)) === null ? null : this.idOf(name);
  }

  /** HubSpot does not know the list any more. */
  async forget(name: string): Promise<void> {
    this.#ids.delete(name);
    await this.memory.set(memoryName(name), null);
  }

  async #find(name: string): Promise<string> {
    const remembered = z.string().safeParse(await this.memory.get(memoryName(name)));
    if (remembered.success) return remembered.data;
    const list = (await this.#byName(name)) ?? (await this.#create(name));
    if (!writableTypes.has(list.processingType)) throw notStatic(name);
    await this.memory.set(memoryName(name), list.listId);
    return list.listId;
  }

  async #byName(name: string): Promise<List | null> {
    try {
      return await listByName(this.client, name);
    } catch (error) {
      if (error instanceof DeliveryError && error.details.code === 'OBJECT_NOT_FOUND') return null;
      throw error;
    }
  }

  /** Two processes may make it at once; the slower one is refused, and finds it. */
  async #create(name: string): Promise<List> {
    try {
      return await createList(this.client, name);
    } catch (error) {
      if (!(error instanceof DeliveryError) || error.details.code !== 'ILS.DUPLICATE_LIST_NAMES') throw error;
      return listByName(this.client, name);
    }
  }
}

const notStatic = (name: string): DeliveryError =>
  new DeliveryError(
    'rejected',
    `The list "${name}" is a dynamic one: its filters alone decide who is in it. Choose another name, or convert it to a static list in HubSpot`,
    { code: 'LIST_NOT_STATIC' },
  );
