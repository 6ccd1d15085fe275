import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Json } from '../../destination.js';
import type { PullPage, PullRequest, RemoteFact } from '../../remote-fact.js';
import { idOf, type Row, TestOrg } from '../test-support.js';

export const at = (minute: number) => new Date(Date.UTC(2026, 4, 1, 10, minute)).toISOString().replace('Z', '+0000');
export const stamped = (minute: number, more: Row = {}): Row => ({
  CreatedDate: at(minute),
  LastModifiedDate: at(minute),
  SystemModstamp: at(minute),
  CreatedById: idOf('005', 7),
  LastModifiedById: idOf('005', 7),
  ...more,
});
export const contact = (serial: number, more: Row = {}): Row => ({
  Id: idOf('003', serial),
  LastName: `Contact ${serial}`,
  Email: `c${serial}@example.test`,
  ...stamped(serial % 60),
  ...more,
});

/** An org that is empty before each test, and its history as the connector reads it. */
export function rehearseHistory() {
  let org: TestOrg | undefined;
  const theOrg = (): TestOrg => {
    if (org === undefined) throw new Error('only while tests run');
    return org;
  };
  beforeAll(async () => {
    org = await TestOrg.start();
  });
  beforeEach(() => theOrg().reset());
  afterAll(() => org?.sandbox.close());

  const page = async (stream: string, more: Partial<PullRequest> = {}): Promise<PullPage> => {
    const pulled = await theOrg()
      .connect()
      .pull?.({
        stream,
        object: 'Contact',
        fields: [],
        cursor: null,
        watermark: null,
        notBefore: null,
        ...more,
      });
    if (pulled === undefined) throw new Error('nothing can be pulled');
    return pulled;
  };
  /** All pages of a pull. */
  const pull = async (
    stream: string,
    more: Partial<PullRequest> = {},
  ): Promise<{ facts: RemoteFact[]; watermark: Json; pages: number }> => {
    const facts: RemoteFact[] = [];
    let cursor: Json = null;
    for (let pages = 1; ; pages++) {
      const next: PullPage = await page(stream, { ...more, cursor });
      facts.push(...next.facts);
      cursor = next.cursor;
      if (cursor === null) return { facts, watermark: next.watermark, pages };
    }
  };
  return { org: theOrg, page, pull };
}

export const activities = (facts: readonly RemoteFact[]) =>
  facts
    .flatMap((fact) =>
      fact.kind === 'activity' ? [`${fact.name} ${fact.about.email ?? fact.about.remoteId ?? ''}`] : [],
    )
    .toSorted();
export const derivedOf = (facts: readonly RemoteFact[], email: string) =>
  Object.fromEntries(
    facts.flatMap((fact) =>
      fact.kind === 'derived' && fact.about.email === email
        ? fact.attributes.map(({ key, value }) => [key, value] as const)
        : [],
    ),
  );
