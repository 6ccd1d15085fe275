import { attributeKey } from '../profiles/attribute-key.js';
import type { AttributeType, TypedValue } from '../profiles/attribute.js';
import { coerce } from '../profiles/coerce.js';
import { inferKnown } from '../profiles/infer-value.js';
import { isNoValue } from '../profiles/no-value.js';
import type { Identity } from '../profiles/identity.js';
import { contactPoints } from './contact-points.js';
import type { IncomingAttribute } from './incoming-event.js';

/** One value as a platform sent it. */
export interface RawAttribute {
  /** The caption a person reads at the platform. */
  readonly label: string;
  readonly value: unknown;
  /** The machine name, where it is not to follow from the caption. */
  readonly key?: string;
  /** The type the platform declares for it. */
  readonly type?: AttributeType | undefined;
  /** Taken only where nothing else gave the key a value. */
  readonly fallback?: boolean;
}

export interface CollectOptions {
  /** Caption, or the key it gives → the key it is to have; null: leave it out. */
  readonly captions: Readonly<Record<string, string | null>>;
  /** ISO 3166 code of the country whose national phone numbers are meant. */
  readonly region: string | null;
  /** Read times without a zone in this one. */
  readonly timeZone: string | null;
}

export interface CollectedAttributes {
  readonly attributes: readonly IncomingAttribute[];
  /** E-mail addresses first, then phone numbers; never the same twice. */
  readonly identities: readonly Identity[];
  readonly notes: readonly string[];
}

const maxAttributes = 500;
const maxTextLength = 65_536;
const maxLabelLength = 200;
const maxNesting = 3;

/**
 * Makes typed attributes of what a platform sent: values that say nothing are dropped, objects are flattened
 * (`address: {city}` → `addressCity`), captions become keys, e-mail addresses and phone numbers also become identities.
 * Two captions that give one key with different values: the first is kept and a note names both.
 */
export function collectAttributes(raw: readonly RawAttribute[], options: CollectOptions): CollectedAttributes {
  const collector = new Collector(options);
  for (const each of raw) if (each.fallback !== true) collector.add(each, maxNesting);
  for (const each of raw) if (each.fallback === true) collector.add(each, maxNesting);
  return collector.result();
}

class Collector {
  readonly #byKey = new Map<string, IncomingAttribute>();
  readonly #identities: Identity[] = [];
  readonly #notes: string[] = [];

  constructor(private readonly options: CollectOptions) {}

  add(raw: RawAttribute, nesting: number): void {
    if (isNoValue(raw.value)) return;
    if (isPlainObject(raw.value)) {
      this.#addParts(raw, raw.value, nesting);
      return;
    }
    const key = raw.key ?? keyFor(raw.label, this.options.captions);
    if (key === null) return;
    const read = contactPoints.get(key)?.(raw.value, this.options.region) ?? this.#read(raw);
    if (read !== null) this.#keep(raw, key, read);
  }

  result(): CollectedAttributes {
    const emails = this.#identities.filter(({ kind }) => kind === 'email');
    const others = this.#identities.filter(({ kind }) => kind !== 'email');
    return { attributes: Array.from(this.#byKey.values()), identities: emails.concat(others), notes: this.#notes };
  }

  #addParts(raw: RawAttribute, parts: Readonly<Record<string, unknown>>, nesting: number): void {
    if (nesting === 0) this.#note(`"${raw.label}" is nested too deep and was left out.`);
    else
      for (const [name, value] of Object.entries(parts))
        this.add({ label: `${raw.label} ${name}`, value }, nesting - 1);
  }

  #read(raw: RawAttribute): { readonly typed: TypedValue } | null {
    const timeZone = this.options.timeZone ?? undefined;
    const typed = inferKnown(raw.value, timeZone);
    if (typed === null) {
      this.#note(`"${raw.label}" is a list of things that are not single values, and was left out.`);
      return null;
    }
    if (typeof typed.value === 'string' && typed.value.length > maxTextLength) {
      this.#note(`"${raw.label}" is longer than ${maxTextLength} characters and was left out.`);
      return null;
    }
    return raw.type === undefined ? { typed } : this.#declared(raw, typed, raw.type);
  }

  #declared(raw: RawAttribute, typed: TypedValue, type: AttributeType): { readonly typed: TypedValue } | null {
    if (typed.type === type) return { typed };
    if (type === 'string' && typeof raw.value === 'string') return { typed: { type, value: raw.value.trim() } };
    const value = coerce(typed.value, type, this.options.timeZone ?? undefined);
    if (value !== null) return { typed: { type, value } };
    this.#note(`"${raw.label}" is no ${type} and was left out.`);
    return null;
  }

  #keep(raw: RawAttribute, key: string, read: ReadValue): void {
    if (read.identity && !this.#knows(read.identity)) this.#identities.push(read.identity);
    const known = this.#byKey.get(key);
    if (known) {
      if (raw.fallback !== true && !isSame(known, read.typed)) this.#note(clash(known.label, raw.label, key));
      return;
    }
    if (this.#byKey.size >= maxAttributes) {
      this.#note(`Only ${maxAttributes} attributes are read; others were left out.`);
      return;
    }
    if (read.note !== undefined) this.#note(`"${raw.label}" ${read.note}`);
    const { type, value } = read.typed;
    this.#byKey.set(key, { key, label: raw.label.trim().slice(0, maxLabelLength), type, value });
  }

  #knows({ kind, value }: Identity): boolean {
    return this.#identities.some((known) => known.kind === kind && known.value === value);
  }

  #note(sentence: string): void {
    if (!this.#notes.includes(sentence)) this.#notes.push(sentence);
  }
}

interface ReadValue {
  readonly typed: TypedValue;
  readonly identity?: Identity | null;
  readonly note?: string;
}

function keyFor(label: string, captions: CollectOptions['captions']): string | null {
  const key = attributeKey(label);
  for (const name of [label.trim(), key]) {
    const chosen = Object.hasOwn(captions, name) ? captions[name] : undefined;
    if (chosen !== undefined) return chosen;
  }
  return key;
}

function clash(kept: string, left: string, key: string): string {
  return `"${kept}" and "${left}" are both the attribute ${key}: the first was kept. Give one of them another name in the source's captions.`;
}

function isSame(one: TypedValue, other: TypedValue): boolean {
  return JSON.stringify(one.value) === JSON.stringify(other.value);
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
