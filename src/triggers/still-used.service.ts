import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Problem } from '../observability/problem.js';
import { type Usable, usesOf } from './definition/uses-of.js';
import { readTrigger } from './triggers.service.js';

/** Keeps what triggers need from being deleted. */
@Injectable()
export class StillUsed {
  /** @throws Problem 409 naming the triggers that use it, as they are now */
  async refuse(manager: EntityManager, what: Usable, key: string): Promise<void> {
    const rows = await manager.query<{ key: string; definition: unknown }[]>(
      `SELECT t.key, v.definition FROM triggers t JOIN trigger_versions v ON v.trigger = t.key AND v.version = t.version ORDER BY t.key`,
    );
    const using = rows.filter(({ definition }) => {
      const trigger = readTrigger(definition);
      return trigger !== null && usesOf(trigger)[what].has(key);
    });
    if (using.length === 0) return;
    const named = using.map((trigger) => `"${trigger.key}"`).join(', ');
    throw new Problem(409, 'Still used', `Triggers use the ${what} "${key}": ${named}. Change or delete them first.`);
  }
}
