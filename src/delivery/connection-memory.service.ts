import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ConnectionMemory } from '../destinations/destination.js';
import type { Json } from '../destinations/json.js';

/** What connectors want to find again, in PostgreSQL. */
@Injectable()
export class ConnectionMemories {
  constructor(private readonly dataSource: DataSource) {}

  of(destination: string): ConnectionMemory {
    return {
      get: async (name) => {
        const [row] = await this.dataSource.query<{ value: Json }[]>(
          'SELECT value FROM destination_memory WHERE destination = $1 AND name = $2',
          [destination, name],
        );
        return row?.value ?? null;
      },
      set: async (name, value) => {
        await this.dataSource.query(
          value === null
            ? 'DELETE FROM destination_memory WHERE destination = $1 AND name = $2'
            : `INSERT INTO destination_memory (destination, name, value) VALUES ($1, $2, $3)
               ON CONFLICT (destination, name) DO UPDATE SET value = excluded.value`,
          value === null ? [destination, name] : [destination, name, JSON.stringify(value)],
        );
      },
    };
  }
}
