import { z } from 'zod';
import { type DemoTarget, fetchJson } from './demo-target.js';

/** A table in a sandbox that shows what triggers did there. */
export interface Place {
  readonly sandbox: string;
  readonly title: string;
  readonly rows: number;
  readonly url: string;
}

const viewsSchema = z.array(z.object({ title: z.string(), rows: z.number() }));
/** What was done for people, and not what they are. */
const shown = /enrolment|task|journey|campaign ?member|outbox|note/i;
/** Where it is shown better than in a table, by the table's title. */
const pages: Readonly<Record<string, Readonly<Record<string, { readonly title: string; readonly path: string }>>>> = {
  mailchimp: { Outbox: { title: 'Letters in the outbox', path: '/_sandbox/outbox' } },
  manychat: { Contacts: { title: 'Contacts, each with a phone', path: '/_sandbox/phone' } },
};

/** Every such table that is not empty. */
export async function placesOf(sandboxes: DemoTarget['sandboxes']): Promise<Place[]> {
  const found = await Promise.all(
    sandboxes.map(async ({ id, title: sandbox, origin }) => {
      const views = viewsSchema.parse(await fetchJson(`${origin}/_sandbox/views`));
      return views.flatMap(({ title, rows }): Place[] => {
        const page = Object.entries(pages[id] ?? {}).find(([name]) => title.startsWith(name))?.[1];
        if (page !== undefined) return [{ sandbox, title: page.title, rows, url: `${origin}${page.path}` }];
        return shown.test(title) ? [{ sandbox, title, rows, url: `${origin}/_sandbox` }] : [];
      });
    }),
  );
  return found.flat().filter(({ rows }) => rows > 0);
}
