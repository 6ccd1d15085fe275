import { randomBytes } from 'node:crypto';
import { RestError } from './rest-error.js';

const mostOpen = 10;
const mostOpenNested = 20_000;

/** One page of a result, in the shape REST sends it. */
export interface Page {
  readonly totalSize: number;
  readonly done: boolean;
  readonly nextRecordsUrl?: string;
  readonly records: readonly unknown[];
}

interface Cursor {
  readonly rows: readonly unknown[];
  readonly pageSize: number;
}

/** Results that were too large for one page. Salesforce, too, lets a user keep ten and closes the oldest. */
export class QueryCursors {
  readonly #open = new Map<string, Cursor>();
  readonly #nested = new Map<string, Cursor>();

  clear(): void {
    this.#open.clear();
    this.#nested.clear();
  }

  firstPage(rows: readonly unknown[], pageSize: number, versionPath: string): Page {
    return this.#first(this.#open, mostOpen, { rows, pageSize }, versionPath);
  }

  /** The first page of a subquery's rows. */
  nestedPage(rows: readonly unknown[], pageSize: number, versionPath: string): Page {
    return this.#first(this.#nested, mostOpenNested, { rows, pageSize }, versionPath);
  }

  /** @throws RestError INVALID_QUERY_LOCATOR */
  nextPage(locator: string, versionPath: string): Page {
    const [id = '', start = ''] = locator.split('-');
    const cursor = this.#open.get(id) ?? this.#nested.get(id);
    if (cursor === undefined || !/^\d+$/.test(start))
      throw new RestError(400, { errorCode: 'INVALID_QUERY_LOCATOR', message: 'invalid query locator' });
    return page(cursor, id, Number(start), versionPath);
  }

  #first(open: Map<string, Cursor>, most: number, cursor: Cursor, versionPath: string): Page {
    const id = `01g${randomBytes(8).toString('hex').slice(0, 15)}`;
    if (cursor.rows.length > cursor.pageSize) open.set(id, cursor);
    for (const oldest of [...open.keys()].slice(0, Math.max(0, open.size - most))) open.delete(oldest);
    return page(cursor, id, 0, versionPath);
  }
}

function page({ rows, pageSize }: Cursor, id: string, start: number, versionPath: string): Page {
  const end = start + pageSize;
  if (end >= rows.length) return { totalSize: rows.length, done: true, records: rows.slice(start) };
  const nextRecordsUrl = `${versionPath}/query/${id}-${end}`;
  return { totalSize: rows.length, done: false, nextRecordsUrl, records: rows.slice(start, end) };
}
