import type { App } from './state.js';

export interface Call {
  readonly params: Readonly<Record<string, string>>;
  /** Repeated and comma-separated values of a query parameter, as one list. */
  readonly list: (name: string) => readonly string[];
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** The token must hold one of these; null: the call needs no token. */
  readonly scopes: readonly string[] | null;
  readonly handle: (call: Call) => Answer;
}

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });
export const noContent: Answer = { status: 204 };

export const holdsOne = ({ scopes }: App, wanted: readonly string[]): boolean =>
  wanted.some((scope) => scopes.includes(scope));
