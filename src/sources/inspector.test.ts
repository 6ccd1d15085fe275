import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { expect, it } from 'vitest';
import { Inspector } from './inspector.service.js';
import type { SeenRequest } from './seen-request.js';
import { type CountedName, SourceRequests } from './source-requests.repository.js';
import { requestWith } from './test-support.js';

Logger.overrideLogger(false); // it warns when it cannot write, which is what this is about

/** What would be written, and whether PostgreSQL is there. */
class Written extends SourceRequests {
  isThere = true;
  seen: SeenRequest[] = [];
  names: CountedName[] = [];
  constructor() {
    super(new DataSource({ type: 'postgres' }));
  }
  override add(seen: readonly SeenRequest[]): Promise<void> {
    if (!this.isThere) return Promise.reject(new Error('away'));
    this.seen.push(...seen);
    return Promise.resolve();
  }
  override countNames(names: readonly CountedName[]): Promise<void> {
    this.names.push(...names);
    return Promise.resolve();
  }
}

const seen = (n: number): SeenRequest => ({
  source: 'acme',
  receivedAt: new Date(n),
  tookMs: n,
  hook: requestWith({}),
  raw: '{}',
  outcome: n % 2 === 0 ? 'refused' : 'processed',
});

it('loses nothing that would still be shown while PostgreSQL is away, and writes no more than that', async () => {
  const written = new Written();
  const inspector = new Inspector(written, () => new Date(0));
  written.isThere = false;
  for (let n = 0; n < 150; n += 1) inspector.saw(seen(n));
  await inspector.flush();
  for (let n = 150; n < 170; n += 1) inspector.saw(seen(n));
  written.isThere = true;
  await inspector.flush();
  const kept = written.seen.map(({ tookMs }) => tookMs);
  expect(kept).toHaveLength(100);
  expect(kept.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 100 }, (_none, at) => at + 70));
  await inspector.flush();
  expect(written.seen).toHaveLength(100);
});
