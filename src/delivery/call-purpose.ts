import { AsyncLocalStorage } from 'node:async_hooks';

/** What a request to a provider is for, the more urgent first: reading history gives way to bringing news. */
export const callPurposes = ['sync', 'enrichment'] as const;
export type CallPurpose = (typeof callPurposes)[number];

const present = new AsyncLocalStorage<CallPurpose>();

/** Every request that `work` makes, however deep inside, is for this. */
export function asPurpose<T>(purpose: CallPurpose, work: () => Promise<T>): Promise<T> {
  return present.run(purpose, work);
}

export const presentPurpose = (): CallPurpose => present.getStore() ?? 'sync';
