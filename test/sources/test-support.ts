import { z } from 'zod';
import type { ParleyHere } from '../support/parley.js';

const secret = 'a-secret-of-mine';

/** Makes a source through the API, as a person would. */
export async function makeSource(
  parley: ParleyHere,
  key: string,
  platform: string,
  settings: object = {},
): Promise<void> {
  const answer = await parley.ask('PUT', `/api/sources/${key}`, { platform, title: key, secrets: [secret], settings });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
}

/** Calls a hook as a platform would; a body that is no text goes as JSON. */
export async function callHook(
  parley: ParleyHere,
  address: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${parley.url}/hooks/${address}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-parley-secret': secret, ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
}

const seen = z.object({
  items: z.array(
    z.object({
      id: z.uuid(),
      outcome: z.string(),
      detail: z.string().nullable(),
      status: z.number().nullable(),
      query: z.record(z.string(), z.string()),
      events: z.array(
        z.object({
          kind: z.string(),
          name: z.string(),
          profileId: z.string().nullable(),
          applied: z.boolean().nullable(),
        }),
      ),
      leftOut: z.array(z.string()),
    }),
  ),
});

/** What the source has sent lately, the newest first. */
export async function lastRequests(parley: ParleyHere, key: string) {
  return seen.parse((await parley.ask('GET', `/api/sources/${key}/requests`)).body).items;
}
