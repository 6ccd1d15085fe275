import { Injectable, Logger } from '@nestjs/common';
import { z } from 'zod';
import { asDeliveryError, DeliveryError } from '../destinations/delivery-error.js';
import type { PrepareReport, WantedField, WriteTarget } from '../destinations/record.js';
import type { ActiveDestination } from '../mapping/mapping-directory.service.js';
import { isWritten, type Mapping, type MappingInput } from '../mapping/mapping.js';
import { AttributeCatalog } from '../profiles/attribute-catalog.service.js';
import type { AttributeType } from '../profiles/attribute.js';
import { ConnectionMemories } from './connection-memory.service.js';
import { Connections } from './connections.service.js';

const remembered = z.object({ mappingVersion: z.number() });
const memoryName = 'parley.prepared';

/** How a mapping wants its records written, as connectors get it. */
export const targetOf = (mapping: Mapping): WriteTarget => ({
  object: mapping.object,
  keyField: mapping.key.to,
  tagsField: mapping.tags?.to ?? null,
  options: mapping.options,
  create: mapping.create,
});

/** Sees to it that what a mapping names exists at the destination, as far as the mapping allows us to create it. */
@Injectable()
export class Preparation {
  readonly #log = new Logger(Preparation.name);
  readonly #prepared = new Map<string, number>();

  constructor(
    private readonly connections: Connections,
    private readonly catalog: AttributeCatalog,
    private readonly memories: ConnectionMemories,
  ) {}

  /** What is missing and what would be, or was, created. @throws DeliveryError */
  async run(active: ActiveDestination, dryRun: boolean): Promise<PrepareReport> {
    const connection = this.connections.to(active);
    if (connection.prepare === undefined) return { created: [], problems: [] };
    const fields = await this.#fields(active.mapping);
    return connection.prepare({ ...targetOf(active.mapping), fields, dryRun });
  }

  /** Once per version of a mapping, before it is first used. Returns what is in the way; null: nothing. */
  async once(active: ActiveDestination): Promise<DeliveryError | null> {
    const { destination, mapping, mappingVersion } = active;
    if (!mapping.create.fields && !mapping.create.options) return null;
    if (this.#prepared.get(destination) === mappingVersion) return null;
    const memory = this.memories.of(destination);
    const known = remembered.safeParse(await memory.get(memoryName));
    if (!known.success || known.data.mappingVersion !== mappingVersion) {
      try {
        const { created, problems } = await this.run(active, false);
        for (const line of created) this.#log.log({ destination }, line);
        for (const line of problems) this.#log.warn({ destination }, line);
      } catch (error) {
        return asDeliveryError(error);
      }
      await memory.set(memoryName, { mappingVersion });
    }
    this.#prepared.set(destination, mappingVersion);
    return null;
  }

  async #fields(mapping: Mapping): Promise<WantedField[]> {
    const named = [mapping.key.from, ...mapping.fields.filter(isWritten).map(({ from }) => from)];
    await this.catalog.learnMissing(named.flatMap((input) => ('attribute' in input ? [input.attribute] : [])));
    const typeOf = (input: MappingInput): AttributeType =>
      'attribute' in input ? (this.catalog.typeOf(input.attribute) ?? 'string') : typeOfInput(input);
    return [
      { name: mapping.key.to, label: labelOf(mapping.key.from), type: 'string', key: true },
      ...mapping.fields.filter(isWritten).map(({ from, to, as }) => ({
        name: to,
        label: labelOf(from),
        type: as ?? typeOf(from),
        key: false,
      })),
    ];
  }
}

type OtherInput = Exclude<MappingInput, { attribute: string }>;

function typeOfInput(input: OtherInput): AttributeType {
  if ('tag' in input || 'segment' in input) return 'boolean';
  if ('segments' in input) return 'list';
  if ('profile' in input) return input.profile === 'id' ? 'string' : 'datetime';
  if ('constant' in input && typeof input.constant !== 'string')
    return typeof input.constant === 'number' ? 'number' : 'boolean';
  return 'string';
}

/** `lastOrderAt` → `Last order at`, for the label of a field we create. */
function labelOf(input: MappingInput): string {
  const [name = 'value'] = Object.values(input).map(String);
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/[_/-]+/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}
