import type { FieldValues } from '../destination.js';
import type { InterestCategory, MergeField, Permission } from './answers.js';
import type { AudienceClient } from './audience-client.js';
import { toContactWrite } from './contact-write.js';
import { Turns } from './turns.js';
import { fieldKindOf, fieldPrefixes } from './field-names.js';

/** Everything of an audience that a mapping can write to. Groups and permissions are only read where a mapping names one. */
export interface FieldCatalog {
  readonly mergeFields: ReadonlyMap<string, MergeField>;
  readonly interests: readonly InterestCategory[];
  readonly permissions: readonly Permission[];
}

interface Wanted {
  readonly interests: boolean;
  readonly permissions: boolean;
}

const keptMs = 10 * 60_000;
/** A field or a choice that we do not know may have been made a moment ago; asked about at most this often. */
const askedAgainMs = 60_000;

/** The audience's fields, read once and then kept for ten minutes. */
export class FieldCatalogs {
  #catalog: Promise<FieldCatalog> | null = null;
  #wanted: Wanted = { interests: false, permissions: false };
  #readAt = 0;
  readonly #turns = new Turns();

  constructor(
    private readonly audience: AudienceClient,
    private readonly now: () => Date,
  ) {}

  /** Knows where all of this goes, as far as the audience takes it. */
  async covering(sent: readonly FieldValues[]): Promise<FieldCatalog> {
    const wanted = wantedBy(sent.flatMap((values) => Object.keys(values)));
    const ageMs = this.now().getTime() - this.#readAt;
    if (this.#catalog === null || ageMs > keptMs || !this.#has(wanted)) return this.read(wanted);
    const catalog = await this.#catalog;
    if (ageMs <= askedAgainMs) return catalog;
    return sent.some((values) => toContactWrite(catalog, values).dropped.length > 0) ? this.read(wanted) : catalog;
  }

  /**
   * As `covering`, after something may have been added for these fields.
   *
   * @param add whether it has added anything; never called twice at once, as the next one has to see what this one added
   */
  completed(sent: readonly FieldValues[], add: (catalog: FieldCatalog) => Promise<boolean>): Promise<FieldCatalog> {
    return this.#turns.take(async () => {
      const catalog = await this.covering(sent);
      const added = await add(catalog);
      return added ? this.read(wantedBy(sent.flatMap((values) => Object.keys(values)))) : catalog;
    });
  }

  /** Reads anew what is wanted, and what was wanted before. */
  async read(wanted: Wanted = everything): Promise<FieldCatalog> {
    this.#wanted = {
      interests: wanted.interests || this.#wanted.interests,
      permissions: wanted.permissions || this.#wanted.permissions,
    };
    this.#readAt = this.now().getTime();
    this.#catalog = this.#read(this.#wanted);
    try {
      return await this.#catalog;
    } catch (error) {
      this.#catalog = null;
      throw error;
    }
  }

  async #read({ interests, permissions }: Wanted): Promise<FieldCatalog> {
    const [mergeFields, categories, granted] = await Promise.all([
      this.audience.mergeFields(),
      interests ? this.audience.interestCategories() : [],
      permissions ? this.audience.permissions() : [],
    ]);
    return {
      mergeFields: new Map(mergeFields.map((field) => [field.tag, field])),
      interests: categories,
      permissions: granted,
    };
  }

  #has(wanted: Wanted): boolean {
    return (!wanted.interests || this.#wanted.interests) && (!wanted.permissions || this.#wanted.permissions);
  }
}

const everything: Wanted = { interests: true, permissions: true };

/** What has to be known to write these fields. */
export function wantedBy(names: readonly string[]): Wanted {
  const kinds = new Set(names.map((name) => fieldKindOf(name)));
  return { interests: kinds.has(fieldPrefixes.interests), permissions: kinds.has(fieldPrefixes.permissions) };
}
