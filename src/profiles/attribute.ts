/** The types an attribute can have. A `date` has no time zone; a `datetime` is an instant. */
export const attributeTypes = ['string', 'number', 'boolean', 'date', 'datetime', 'list'] as const;
export type AttributeType = (typeof attributeTypes)[number];

/** As stored in JSON: a `date` is `YYYY-MM-DD`, a `datetime` ISO 8601 in UTC with milliseconds, a `list` holds strings. */
export type AttributeValue = string | number | boolean | readonly string[];

/** A value together with its type, as it travels from a source to a profile and on to a destination. */
export interface TypedValue {
  readonly type: AttributeType;
  readonly value: AttributeValue;
}
