import { Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AttributeDefinitionEntity } from './attribute-definition.entity.js';
import type { AttributeType } from './attribute.js';

/** What a person says of an attribute. */
export interface DeclaredAttribute {
  readonly key: string;
  readonly type: AttributeType;
  readonly label?: string | undefined;
}

/** The declared type of every attribute, as this process knows it; a type never changes once declared. */
@Injectable()
export class AttributeCatalog {
  readonly #log = new Logger(AttributeCatalog.name);
  readonly #types = new Map<string, AttributeType>();

  constructor(private readonly dataSource: DataSource) {}

  async onModuleInit(): Promise<void> {
    for (const row of await this.all()) this.#types.set(row.key, row.type);
  }

  /** Reads again if one of these is not known here: another process may have declared it. A type never changes, so once is enough. */
  async learnMissing(keys: Iterable<string>): Promise<void> {
    for (const key of keys) {
      if (this.#types.has(key)) continue;
      await this.onModuleInit();
      return;
    }
  }

  typeOf(key: string): AttributeType | undefined {
    return this.#types.get(key);
  }

  learn(key: string, type: AttributeType): void {
    this.#types.set(key, type);
  }

  /** Declares attributes for good. A type that values have already been stored with stays, and the difference is logged. */
  async declare(manager: EntityManager, attributes: readonly DeclaredAttribute[]): Promise<void> {
    for (const { key, type, label } of attributes) {
      const rows = await manager.query<{ type: AttributeType }[]>(
        `INSERT INTO attribute_definitions AS known (key, type, label, inferred) VALUES ($1, $2, $3, false)
         ON CONFLICT (key) DO UPDATE SET label = excluded.label, inferred = known.inferred AND known.type <> excluded.type
         RETURNING type`,
        [key, type, label ?? key],
      );
      const stored = rows[0]?.type;
      if (stored !== type)
        this.#log.warn(
          `attribute "${key}" is declared as ${type}, but values are stored as ${String(stored)} already, and it stays that`,
        );
    }
  }

  all(): Promise<AttributeDefinitionEntity[]> {
    return this.dataSource.getRepository(AttributeDefinitionEntity).find({ order: { key: 'ASC' } });
  }
}
