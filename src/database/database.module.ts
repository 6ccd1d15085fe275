import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Environment } from '../../config/env.js';
import { dataSourceOptions } from '../../config/data-source.js';
import { ConfigurationRevision } from './configuration-revision.service.js';
import { ENVIRONMENT, NOW } from './environment.js';

/** The database, the environment and the clock: what every other module may ask for. */
@Global()
@Module({})
export class DatabaseModule {
  static forRoot(env: Environment, databaseUrl: string): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRoot({
          ...dataSourceOptions(databaseUrl, env.DATABASE_POOL_SIZE),
          migrationsRun: false,
          retryAttempts: 0,
        }),
      ],
      providers: [
        { provide: ENVIRONMENT, useValue: env },
        { provide: NOW, useValue: () => new Date() },
        ConfigurationRevision,
      ],
      exports: [ENVIRONMENT, NOW, ConfigurationRevision],
    };
  }
}

/** Brings the schema up to date; with several processes the first one does it and the others wait. */
export async function migrate(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  const lock = 7_275_540;
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [lock]);
    await dataSource.runMigrations();
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [lock]);
    await runner.release();
  }
}
