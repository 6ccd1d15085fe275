import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { ApiKeyEntity } from './api-key.entity.js';
import { hashSecret, newSecret } from './secret-hash.js';

/** Keys to the API. A key is shown once, when it is made; only its hash is kept. */
@Injectable()
export class ApiKeys {
  constructor(private readonly dataSource: DataSource) {}

  /** Makes the first key of a new installation; null if there is one already. */
  createFirst(): Promise<string | null> {
    return this.dataSource.transaction(async (manager) => {
      // Of several processes that start together, one makes it.
      await manager.query('LOCK TABLE api_keys IN EXCLUSIVE MODE');
      return (await manager.getRepository(ApiKeyEntity).count()) > 0 ? null : this.create('first key', manager);
    });
  }

  async create(name: string, manager: EntityManager = this.dataSource.manager): Promise<string> {
    const key = newSecret('parley');
    await manager
      .getRepository(ApiKeyEntity)
      .insert({ id: uuidv7(), name, hash: hashSecret(key), created_at: new Date() });
    return key;
  }

  async isValid(key: string): Promise<boolean> {
    return this.dataSource.getRepository(ApiKeyEntity).existsBy({ hash: hashSecret(key) });
  }
}
