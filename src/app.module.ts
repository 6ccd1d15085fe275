import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { LoggerModule } from 'nestjs-pino';
import type { Environment } from '../config/env.js';
import { AdminModule } from './admin/admin.module.js';
import { ProblemFilter } from './admin/problem.filter.js';
import { DatabaseModule } from './database/database.module.js';
import { ProviderHooksModule } from './enrichment/provider-hooks.module.js';
import { HealthModule } from './health/health.module.js';
import { JobsModule } from './jobs/jobs.module.js';
import { WorkerModule } from './maintenance/worker.module.js';
import { logOptions } from './observability/log-options.js';
import { ObservabilityModule } from './observability/observability.module.js';
import { ProvisioningModule } from './provisioning/provisioning.module.js';
import { SecurityModule } from './security/security.module.js';
import { SourcesModule } from './sources/sources.module.js';

/** Everything a process of a role consists of. */
@Module({})
export class AppModule {
  static forRole(env: Environment, databaseUrl: string): DynamicModule {
    return {
      module: AppModule,
      imports: [
        LoggerModule.forRoot({
          pinoHttp: { ...logOptions(env.LOG_LEVEL), autoLogging: false, wrapSerializers: false },
          forRoutes: [],
        }),
        DatabaseModule.forRoot(env, databaseUrl),
        ObservabilityModule,
        SecurityModule,
        JobsModule.forRoot(),
        ProvisioningModule,
        HealthModule,
        ...(env.ROLE === 'worker' ? [] : [SourcesModule, ProviderHooksModule, AdminModule]),
        ...(env.ROLE === 'api' ? [] : [WorkerModule]),
      ],
      providers: [{ provide: APP_FILTER, useClass: ProblemFilter }],
    };
  }
}
