import { Injectable } from '@nestjs/common';
import { DataSource, In } from 'typeorm';
import { ActionRunEntity } from './action-run.entity.js';
import type { ActionRunStatus } from './action-run.js';

/** What people ask about action runs. */
@Injectable()
export class ActionRunList {
  constructor(private readonly dataSource: DataSource) {}

  findMany(ids: readonly string[]): Promise<ActionRunEntity[]> {
    return this.dataSource.getRepository(ActionRunEntity).find({ where: { id: In([...ids]) }, order: { id: 'ASC' } });
  }

  find(id: string): Promise<ActionRunEntity | null> {
    return this.dataSource.getRepository(ActionRunEntity).findOneBy({ id });
  }

  findByCause(origin: string, cause: string): Promise<ActionRunEntity | null> {
    return this.dataSource.getRepository(ActionRunEntity).findOneBy({ origin, cause });
  }

  /** Newest first; `before` is the last id of the page before. */
  page(
    filter: {
      readonly destination?: string | undefined;
      readonly profileId?: string | undefined;
      readonly status?: ActionRunStatus | undefined;
    },
    limit: number,
    before: string | null,
  ): Promise<ActionRunEntity[]> {
    const query = this.dataSource.getRepository(ActionRunEntity).createQueryBuilder('run');
    if (filter.destination !== undefined) query.andWhere('run.destination = :destination', filter);
    if (filter.profileId !== undefined) query.andWhere('run.profile_id = :profileId', filter);
    if (filter.status !== undefined) query.andWhere('run.status = :status', filter);
    if (before !== null) query.andWhere('run.id < :before', { before });
    return query.orderBy('run.id', 'DESC').limit(limit).getMany();
  }
}
