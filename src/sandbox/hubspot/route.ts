import type { Caller } from './caller.js';
import type { Origin } from './happening.js';

export interface Call {
  readonly params: Readonly<Record<string, string>>;
  /** Repeated and comma-separated values of a query parameter, as one list. */
  readonly list: (name: string) => readonly string[];
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
  /** Who does it, as history and webhooks tell it. */
  readonly origin: Origin;
  readonly caller: Caller | null;
  readonly url: string;
}

export interface Answer {
  readonly status: number;
  /** A string is a web page. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The token must hold one of these, and all of `and`. */
export interface Scopes {
  readonly oneOf: readonly string[];
  readonly and?: readonly string[];
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** null: the call needs no token. */
  readonly scopes: readonly string[] | Scopes | ((call: Call) => readonly string[]) | null;
  /** `search` has a limit of its own. */
  readonly lane?: 'search';
  readonly handle: (call: Call) => Answer;
}

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });
export const noContent: Answer = { status: 204 };

/** The same route under HubSpot's numbered and its date-based paths. */
export const atEach = (paths: readonly string[], route: Omit<Route, 'path'>): Route[] =>
  paths.map((path) => ({ ...route, path }));

/** One page of a list, in HubSpot's shape. `after` is where the next one begins. */
export function paged<T>(
  { query }: Call,
  all: readonly T[],
  answer: (item: T) => unknown,
  { usual, most, path }: { readonly usual: number; readonly most: number; readonly path: string },
): { results: unknown[]; paging?: { next: { after: string; link: string } } } {
  const limit = Math.min(Math.max(1, Number(query.limit ?? usual) || usual), most);
  const start = Number(query.after ?? 0) || 0;
  const next = start + limit;
  return {
    results: all.slice(start, next).map(answer),
    ...(next < all.length
      ? { paging: { next: { after: String(next), link: `https://api.hubapi.com${path}?after=${String(next)}` } } }
      : {}),
  };
}
