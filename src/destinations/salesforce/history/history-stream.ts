import type { HistoryStream, PullPage, PullRequest } from '../../remote-fact.js';
import type { Tools } from '../write-plan.js';

/** One kind of history: what it is, and how a page of it is read. */
export interface SalesforceStream {
  readonly declaration: HistoryStream;
  readonly pull: (tools: Tools, request: PullRequest) => Promise<PullPage>;
}

export const minuteMs = 60_000;
