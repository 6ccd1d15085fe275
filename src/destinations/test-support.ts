import type { Authorization, Grant, GrantKeeper } from './authorization.js';
import type { ConnectionContext, ConnectionMemory, OutgoingRecord, UsageReport } from './destination.js';
import type { Json } from './json.js';

/** A connection's context without a database: its memory and what it reported can be looked at. */
export interface TestContext extends ConnectionContext {
  readonly remembered: Map<string, Json>;
  readonly usage: UsageReport[];
}

/** What delivery hands to a connector, but for the gate and whatever else a test wants otherwise. */
export function testContext(
  parts: Pick<ConnectionContext, 'call'> & Partial<ConnectionContext>,
  remembered = new Map<string, Json>(),
): TestContext {
  const usage: UsageReport[] = [];
  return {
    now: () => new Date(),
    grants: null,
    memory: memoryIn(remembered),
    reportUsage: (report) => usage.push(report),
    ...parts,
    remembered,
    usage,
  };
}

const memoryIn = (remembered: Map<string, Json>): ConnectionMemory => ({
  get: (name) => Promise.resolve(remembered.get(name) ?? null),
  set: (name, value) => {
    if (value === null) remembered.delete(name);
    else remembered.set(name, value);
    return Promise.resolve();
  },
});

/** The parts of a record that most tests do not care for. */
export const plainRecord = {
  tagsToAdd: [],
  tagsToRemove: [],
  tags: [],
  listsToAdd: [],
  listsToRemove: [],
  lists: [],
  consents: {},
  known: null,
} as const satisfies Partial<OutgoingRecord>;

/** A mapping without options of its own that allows us to add choices. */
export const plainTarget = { options: {}, create: { fields: false, options: true } } as const;

/** A keeper for one process, as delivery's, but without a database: refreshes before expiry, one at a time. */
export function testGrants<Settings>(
  authorization: Authorization<Settings>,
  settings: Settings,
  first: Grant,
  now: () => Date = () => new Date(),
): GrantKeeper & { readonly refreshes: () => number } {
  let grant = first;
  let refreshes = 0;
  let underWay: Promise<Grant> | null = null;
  const refresh = (): Promise<Grant> => {
    underWay ??= authorization
      .refresh(settings, grant, now())
      .then((next) => {
        refreshes += 1;
        grant = next;
        return next;
      })
      .finally(() => {
        underWay = null;
      });
    return underWay;
  };
  const isStale = (): boolean => grant.expiresAt !== null && grant.expiresAt.getTime() - now().getTime() < 60_000;
  return {
    current: () => (isStale() ? refresh() : Promise.resolve(grant)),
    renew: (refused) => (refused.accessToken === grant.accessToken ? refresh() : Promise.resolve(grant)),
    refreshes: () => refreshes,
  };
}
