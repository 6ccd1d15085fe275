import type { PropertiesApi } from './api/properties.js';
import { findOption, type Option, type Properties, type Property } from './property.js';

/** Definitions change when an admin edits them: long enough to cost nothing, short enough to be noticed. */
const maxAgeMs = 10 * 60_000;

/** The property definitions of one kind of record: asked for once, shared by all batches, renewed now and then. */
export class PropertyCatalog {
  #known: { readonly properties: Promise<Map<string, Property>>; readonly askedAtMs: number } | null = null;
  /** Options are added one call after the other: each call replaces the whole list. */
  #adding: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly api: Pick<PropertiesApi, 'all' | 'one' | 'setOptions'>,
    private readonly now: () => Date,
  ) {}

  /** @throws DeliveryError */
  properties(): Promise<Properties> {
    return this.notOlderThan(maxAgeMs);
  }

  /** @throws DeliveryError */
  async notOlderThan(ageMs: number): Promise<Properties> {
    const nowMs = this.now().getTime();
    if (this.#known !== null && nowMs - this.#known.askedAtMs <= ageMs) return this.#known.properties;
    const properties = this.api.all().then((all) => new Map(all.map((property) => [property.name, property])));
    const asked = { properties, askedAtMs: nowMs };
    this.#known = asked;
    // A failure is for those who waited for it; the next one asks anew.
    properties.catch(() => {
      if (this.#known === asked) this.#known = null;
    });
    return properties;
  }

  /** HubSpot contradicted what we know. */
  forget(): void {
    this.#known = null;
  }

  /**
   * Makes sure that a multi-select property has an option for each of these.
   *
   * @throws DeliveryError
   */
  async ensureOptions(name: string, wanted: readonly Option[]): Promise<Property> {
    const known = (await this.properties()).get(name);
    if (known !== undefined && missing(known, wanted).length === 0) return known;
    const added = this.#adding.then(() => this.#addOptions(name, wanted));
    this.#adding = added.catch(() => undefined);
    return added;
  }

  /** Reads the list first: what an admin has added meanwhile must not be overwritten. */
  async #addOptions(name: string, wanted: readonly Option[]): Promise<Property> {
    const current = await this.api.one(name);
    const lacking = missing(current, wanted);
    const property = lacking.length === 0 ? current : await this.api.setOptions(name, [...current.options, ...lacking]);
    (await this.#known?.properties)?.set(name, property);
    return property;
  }
}

/** Without duplicates: two tags may mean the same option. */
function missing({ options }: Property, wanted: readonly Option[]): Option[] {
  const lacking: Option[] = [];
  for (const option of wanted)
    if (findOption([...options, ...lacking], option.value) === undefined) lacking.push(option);
  return lacking;
}
