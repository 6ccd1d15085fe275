import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HealthController } from './health.controller.js';
import { JobsHealth } from './jobs-health.indicator.js';
import { MigrationsHealth } from './migrations-health.indicator.js';

@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [JobsHealth, MigrationsHealth],
})
export class HealthModule {}
