import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { emulators } from './registry.js';
import { type RunningSandbox, startSandbox } from './sandbox-server.js';

const viewsSchema = z.array(z.object({ path: z.string() }));

describe.for(Object.entries(emulators))('the page of the sandbox %s', ([, create]) => {
  let sandbox: RunningSandbox;
  let page: string;
  beforeAll(async () => {
    sandbox = await startSandbox(create, { port: 0 });
    page = await (await fetch(`${sandbox.origin}/_sandbox`)).text();
  });
  afterAll(() => sandbox.close());

  const all = (pattern: RegExp) => Array.from(page.matchAll(pattern), ([, found]) => found ?? '');

  it('leads from its top to each of its tables', () => {
    const anchors = all(/<h2 id="([^"]+)"/g);
    expect(anchors).toContain('last-calls');
    expect(new Set(anchors).size).toBe(anchors.length);
    expect(all(/<a href="#([^"]+)"/g)).toEqual(anchors);
  });

  it('names only pages that are there', async () => {
    const views = viewsSchema.parse(await (await fetch(`${sandbox.origin}/_sandbox/views`)).json());
    const paths = [...all(/<a href="(\/[^"]+)"/g), ...views.map(({ path }) => path)];
    for (const path of paths) expect([path, (await fetch(sandbox.origin + path)).status]).toEqual([path, 200]);
  });
});
