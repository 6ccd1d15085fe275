import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { ApiKeyEntity } from './api-key.entity.js';
import { hashSecret, newSecret } from './secret-hash.js';

/** Keys to the API. A key is shown once, when it is made; only its hash is kept. */
@Injectable()
export class ApiKeys {
  constructor(private readonly dataSource: DataSource) {}

  /** Makes the first key of a new installation; null if there is one already. */
  async createFirst(): Promise<string | null> {
    return (await this.dataSource.getRepository(ApiKeyEntity).count()) > 0 ? null : this.create('first key');
  }

  async create(name: string): Promise<string> {
    const key = newSecret('parley');
    await this.dataSource
      .getRepository(ApiKeyEntity)
      .insert({ id: uuidv7(), name, hash: hashSecret(key), created_at: new Date() });
    return key;
  }

  async isValid(key: string): Promise<boolean> {
    return this.dataSource.getRepository(ApiKeyEntity).existsBy({ hash: hashSecret(key) });
  }
}
