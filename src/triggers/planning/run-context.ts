import type { AttributeValue } from '../../profiles/attribute.js';

/** What caused a run, as templates can speak of it. Erased with the person. */
export interface RunContext {
  /** The event that caused it; null: none did. */
  readonly event: {
    readonly name: string;
    readonly channel: string | null;
    readonly source: string;
    readonly text: string | null;
    readonly properties: Readonly<Record<string, string | number | boolean>>;
  } | null;
  /** The segment that was entered or left, or that a schedule is for. */
  readonly segment: { readonly key: string; readonly at: string } | null;
  /** The score or the date that it is about. */
  readonly about: { readonly attribute: string; readonly value: AttributeValue } | null;
}
