import type { PullPage, PullRequest, RemoteFact } from '../../src/destinations/remote-fact.js';
import type { DeliveryError } from '../../src/destinations/delivery-error.js';
import { z } from 'zod';

/** A history of so many facts, in pages; what a test wants otherwise is set on it. */
export class AcmeHistory {
  facts: RemoteFact[] = [];
  pageSize = 2;
  /** Thrown once, instead of the page that begins there. */
  readonly faults = new Map<number, DeliveryError>();
  readonly requests: PullRequest[] = [];
  /** Awaited before a page is answered. */
  before: (at: number) => Promise<void> = () => Promise.resolve();

  readonly pull = async (request: PullRequest): Promise<PullPage> => {
    this.requests.push(request);
    const since = z.number().catch(0).parse(request.watermark);
    const at = z.number().catch(since).parse(request.cursor);
    await this.before(at);
    const fault = this.faults.get(at);
    this.faults.delete(at);
    if (fault !== undefined) throw fault;
    const facts = this.facts.slice(at, at + this.pageSize);
    const next = at + facts.length;
    const isLast = next >= this.facts.length;
    return { facts, cursor: isLast ? null : next, watermark: next, done: facts.length, total: this.facts.length };
  };
}

export const dealStream = {
  id: 'deals',
  title: 'Deals',
  description: 'Deals and what came of them.',
  scopes: ['deals.read'],
  incremental: true,
  everyMs: 600_000,
} as const;
