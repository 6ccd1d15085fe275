import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type Now, NOW } from '../database/environment.js';
import { Problem } from '../observability/problem.js';
import { ContactPolicyEntity } from './contact-policy.entity.js';
import { type ContactPolicy, longestCapDays } from './definition/contact-policy.js';

type Origin = 'file' | 'api';
const theOnly = 1;
const dayMs = 86_400_000;

/** Keeps the one contact policy: how often and when people may be reached. */
@Injectable()
export class ContactPolicies {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(NOW) private readonly now: Now,
  ) {}

  /** null: nobody has said anything, so nothing is forbidden. */
  find(): Promise<ContactPolicyEntity | null> {
    return this.dataSource.getRepository(ContactPolicyEntity).findOneBy({ id: theOnly });
  }

  /** @throws Problem 409 it comes from a file */
  async save(manager: EntityManager, definition: ContactPolicy, origin: Origin): Promise<void> {
    const policies = manager.getRepository(ContactPolicyEntity);
    const before = await policies.findOneBy({ id: theOnly });
    if (before?.provisioned === true && origin === 'api')
      throw new Problem(
        409,
        'Comes from a configuration file',
        'The contact policy is set in a configuration file and can be changed only there.',
      );
    await policies.save({ id: theOnly, definition, provisioned: origin === 'file', updated_at: this.now() });
  }

  /** No file says anything of it any more: what was said stays, and can be edited from then on. */
  async release(manager: EntityManager): Promise<void> {
    await manager.getRepository(ContactPolicyEntity).update({ id: theOnly }, { provisioned: false });
  }

  /** Whom triggers have reached so long ago that no cap can count it, a new one included. Index: touches_at_idx. */
  async forgetTouches(): Promise<void> {
    const before = new Date(this.now().getTime() - (longestCapDays + 1) * dayMs);
    await this.dataSource.query(`DELETE FROM touches WHERE at < $1`, [before]);
  }
}
