import { z } from 'zod';
import { type DemoTarget, fetchJson } from './demo-target.js';

/** A table in a sandbox that shows what triggers did there. */
export interface Place {
  readonly sandbox: string;
  readonly title: string;
  readonly rows: number;
  readonly url: string;
}

const viewsSchema = z.array(
  z.object({ title: z.string(), path: z.string(), page: z.string().optional(), rows: z.number() }),
);
/** What was done for people, and not what they are. */
const shown = /enrolment|task|journey|campaign ?member|outbox|note/i;

/** Every such table that is not empty. */
export async function placesOf(sandboxes: DemoTarget['sandboxes']): Promise<Place[]> {
  const found = await Promise.all(
    sandboxes.map(async ({ title: sandbox, origin }) => {
      const views = viewsSchema.parse(await fetchJson(`${origin}/_sandbox/views`));
      return views
        .filter(({ title, page }) => page !== undefined || shown.test(title))
        .map(({ title, path, page, rows }): Place => ({ sandbox, title: page ?? title, rows, url: origin + path }));
    }),
  );
  return found.flat().filter(({ rows }) => rows > 0);
}
