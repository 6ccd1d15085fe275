import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { DataSource } from 'typeorm';

/** Has every migration been applied? A process must not take events with a schema it does not know. */
@Injectable()
export class MigrationsHealth {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly dataSource: DataSource,
  ) {}

  async check(key: string): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check(key);
    try {
      const pending = await this.dataSource.showMigrations();
      return pending ? indicator.down({ problem: 'migrations are waiting' }) : indicator.up();
    } catch (error) {
      return indicator.down({ problem: error instanceof Error ? error.message : String(error) });
    }
  }
}
