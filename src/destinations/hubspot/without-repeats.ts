/** In batches without the same id twice, which HubSpot refuses; what comes later for an id goes into a later batch. */
export function withoutRepeats<T>(items: readonly T[], idOf: (item: T) => string): T[][] {
  const open: Map<string, T>[] = [];
  for (const item of items) {
    const id = idOf(item);
    const batch = open.find((candidate) => !candidate.has(id));
    if (batch === undefined) open.push(new Map([[id, item]]));
    else batch.set(id, item);
  }
  return open.map((batch) => [...batch.values()]);
}
