import { Injectable } from '@nestjs/common';
import type { Batch, BatchEvent, Stage } from '../events/batch.js';
import { teaches } from '../events/teaches.js';
import type { AttributeType } from './attribute.js';
import { AttributeCatalog } from './attribute-catalog.service.js';
import { coerce } from './coerce.js';

/** Declares what is new and answers with what is declared now, also by a batch that was faster. */
const declareAttributes = {
  name: 'attributes-declare',
  text: `INSERT INTO attribute_definitions AS known (key, type, label)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) AS t (key, type, label) ORDER BY key
    ON CONFLICT (key) DO UPDATE SET type = known.type
    RETURNING key, type`,
};

/** Gives every attribute the type it was declared with; an attribute that is new is declared by its first value. */
@Injectable()
export class DeclareStage implements Stage {
  readonly name = 'declare';

  constructor(private readonly catalog: AttributeCatalog) {}

  async run(batch: Batch): Promise<void> {
    const events = batch.events.filter((event) => !event.repeated && teaches[event.incoming.kind]);
    const learned = await this.#declareUnknown(batch, events);
    for (const event of events) event.attributes = this.#typed(event, learned);
  }

  async #declareUnknown(batch: Batch, events: readonly BatchEvent[]): Promise<ReadonlyMap<string, AttributeType>> {
    const unknown = new Map<string, { type: AttributeType; label: string }>();
    for (const { incoming } of events)
      for (const { key, type, label } of incoming.attributes)
        if (this.catalog.typeOf(key) === undefined && !unknown.has(key)) unknown.set(key, { type, label });
    if (unknown.size === 0) return new Map();
    const rows = await batch.query<{ key: string; type: AttributeType }>(declareAttributes, [
      [...unknown.keys()],
      [...unknown.values()].map(({ type }) => type),
      [...unknown.values()].map(({ label }) => label),
    ]);
    batch.afterCommit(() => {
      for (const { key, type } of rows) this.catalog.learn(key, type);
    });
    return new Map(rows.map(({ key, type }) => [key, type]));
  }

  #typed(event: BatchEvent, learned: ReadonlyMap<string, AttributeType>): BatchEvent['attributes'] {
    const { attributes } = event.incoming;
    if (attributes.every(({ key, type }) => this.catalog.typeOf(key) === type)) return attributes;
    return attributes.flatMap((attribute) => {
      const { key, type, value } = attribute;
      const declared = this.catalog.typeOf(key) ?? learned.get(key) ?? type;
      if (declared === type) return [attribute];
      const coerced = coerce(value, declared);
      if (coerced !== null) return [{ ...attribute, value: coerced }];
      event.notes.push(`"${key}" is declared as ${declared}; the ${type} that came does not fit and was left out`);
      return [];
    });
  }
}
