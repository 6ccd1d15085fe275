import { setTimeout as delay } from 'node:timers/promises';
import { databaseFailure } from './database-failure.js';

const mostTries = 10;

/** Does something again that lost against another transaction. @throws Error what it throws otherwise, or the tenth time */
export async function againAfterConflict<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1)
    try {
      return await work();
    } catch (error) {
      if (tries >= mostTries || databaseFailure(error) !== 'conflict') throw error;
      await delay(Math.random() * 20 * tries);
    }
}
