import type { Org } from '../org.js';

/** One call of the REST API, as a request of its own or inside a composite one. */
export interface RestCall {
  readonly org: Org;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** By lower-case name; '' when it was not sent. */
  readonly header: (name: string) => string;
  readonly body: unknown;
  /** `/services/data/v60.0` */
  readonly versionPath: string;
}

export interface RestAnswer {
  readonly status: number;
  /** undefined: none. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE' | 'HEAD';

export interface RestRoute {
  readonly method: Method;
  /** Below the version; `:name` stands for one segment. */
  readonly path: string;
  readonly handle: (call: RestCall) => RestAnswer;
}

export const ok = (body: unknown): RestAnswer => ({ status: 200, body });
export const created = (body: unknown): RestAnswer => ({ status: 201, body });
export const noContent: RestAnswer = { status: 204 };

interface Match {
  readonly route: RestRoute;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds routes; where several fit, the one with a fixed word earlier in its path wins. */
export class RestRouter {
  readonly #routes: readonly { readonly route: RestRoute; readonly segments: readonly string[] }[];

  constructor(routes: readonly RestRoute[]) {
    this.#routes = routes
      .map((route) => ({ route, segments: route.path.split('/').slice(1) }))
      .sort((one, other) => (rank(one.segments) < rank(other.segments) ? -1 : 1));
  }

  /** @param path below the version, without the query. @returns null: there is nothing; a list: other methods are there */
  match(method: string, path: string): Match | readonly Method[] | null {
    const given = path
      .split('/')
      .slice(1)
      .filter((segment, index, all) => segment !== '' || index < all.length - 1);
    const fitting = this.#routes.flatMap(({ route, segments }) => {
      const params = paramsOf(segments, given);
      return params === null ? [] : [{ route, params }];
    });
    if (fitting.length === 0) return null;
    return fitting.find(({ route }) => route.method === method) ?? fitting.map(({ route }) => route.method);
  }
}

const rank = (segments: readonly string[]): string =>
  segments.map((segment) => (segment.startsWith(':') ? '1' : '0')).join('');

function paramsOf(segments: readonly string[], given: readonly string[]): Readonly<Record<string, string>> | null {
  if (segments.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const value = given[index] ?? '';
    if (segment.startsWith(':')) params[segment.slice(1)] = decoded(value);
    else if (segment.toLowerCase() !== value.toLowerCase()) return null;
  }
  return params;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
