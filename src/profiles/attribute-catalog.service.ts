import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AttributeDefinitionEntity } from './attribute-definition.entity.js';
import type { AttributeType } from './attribute.js';

/** The declared type of every attribute, as this process knows it; a type never changes once declared. */
@Injectable()
export class AttributeCatalog {
  readonly #types = new Map<string, AttributeType>();

  constructor(private readonly dataSource: DataSource) {}

  async onModuleInit(): Promise<void> {
    for (const row of await this.all()) this.#types.set(row.key, row.type);
  }

  typeOf(key: string): AttributeType | undefined {
    return this.#types.get(key);
  }

  learn(key: string, type: AttributeType): void {
    this.#types.set(key, type);
  }

  all(): Promise<AttributeDefinitionEntity[]> {
    return this.dataSource.getRepository(AttributeDefinitionEntity).find({ order: { key: 'ASC' } });
  }
}
