import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { DestinationLimits } from '../destinations/destination.js';
import { emptyBook, type PermitBook, visitBook, type VisitResult, withoutDead } from './permit-book.js';
import { leaseMs, type Look, PermitLease } from './permit-lease.js';
import { permitKinds, type PermitKind } from './permit-kinds.js';
import { RateLimiter } from './rate-limiter.js';

/** The shared account as this process last saw it. */
interface Seen {
  readonly revision: string;
  readonly book: PermitBook;
}

/** PostgreSQL's clock beside ours: what to add to `performance.now()`, and how long the question took. */
interface Clock {
  readonly offsetMs: number;
  readonly tookMs: number;
  readonly atMs: number;
}

interface Row {
  readonly revision: string;
  readonly book: PermitBook;
  readonly now: number;
}

const nowOfDatabase = 'extract(epoch FROM clock_timestamp())::float8 * 1000 AS now';
/** Only processes that look in at the very same moment have to look again. */
const mostAttempts = 20;
const clockLastsMs = 60_000;

/** Keeps declared limits across processes: every limiter of an account borrows its permits from one row in PostgreSQL. */
@Injectable()
export class SharedPermits {
  readonly #log = new Logger(SharedPermits.name);
  readonly #holder = uuidv7();
  readonly #seen = new Map<string, Seen>();
  readonly #limiters = new Map<string, { readonly limiter: RateLimiter; readonly lease: PermitLease }>();
  #clock: Clock | null = null;

  constructor(private readonly dataSource: DataSource) {}

  /** The limiter of an account with these limits; the same one each time. */
  limiter(account: string, limits: DestinationLimits): RateLimiter {
    const kinds = permitKinds(limits);
    const key = `${account} ${JSON.stringify(kinds)}`;
    const known = this.#limiters.get(key);
    if (known !== undefined) return known.limiter;
    const nowMs = (): number => performance.now();
    const limiter = new RateLimiter(limits, nowMs, 'lent');
    // Of its own, so that connections with old and with new settings do not take each other's permits.
    const holder = `${this.#holder}/${this.#limiters.size}`;
    const lease = new PermitLease(
      limiter,
      nowMs,
      (look) => this.#visit(account, holder, kinds, look),
      (error) => this.#log.warn({ err: error }, 'the shared limits cannot be looked at now; calls may have to wait'),
    );
    this.#limiters.set(key, { limiter, lease });
    return limiter;
  }

  /** Permits of processes that died with the last one; only for a database that no other process uses. */
  async dropLeases(): Promise<void> {
    const rows = await this.dataSource.query<(Row & { account: string })[]>(
      `SELECT account, revision, book, ${nowOfDatabase} FROM call_permits`,
    );
    for (const { account, book, now } of rows) {
      const kinds = Object.keys(book.free).map((name) => kindOf(name));
      const free = withoutDead(book, kinds, () => true, now);
      await this.dataSource.query('UPDATE call_permits SET book = $2, revision = revision + 1 WHERE account = $1', [
        account,
        JSON.stringify(free),
      ]);
    }
  }

  /** Gives everything back once the last call is made, so that whoever goes on need not wait for it. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.allSettled([...this.#limiters.values()].map(({ lease }) => lease.close()));
  }

  async #visit(
    account: string,
    holder: string,
    kinds: readonly PermitKind[],
    look: Look,
  ): Promise<Omit<VisitResult, 'book'>> {
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      const seen = this.#seen.get(account) ?? (await this.#read(account));
      const offsetMs = this.#clock?.offsetMs ?? 0;
      const result = visitBook(seen.book, {
        ...look,
        holder,
        kinds,
        leaseMs,
        returns: moved(look.returns, offsetMs),
        nowMs: performance.now() + offsetMs,
      });
      if (await this.#write(account, seen, result.book))
        return { lost: result.lost, surplus: result.surplus, lent: moved(result.lent, -offsetMs) };
      this.#seen.delete(account);
      await delay(Math.random() * 3 * attempt);
    }
    throw new Error(`too many processes look at the limits of ${account} at once`);
  }

  async #read(account: string): Promise<Seen> {
    const read = `SELECT revision, book, ${nowOfDatabase} FROM call_permits WHERE account = $1`;
    const [row] = await this.#timed<Row>(read, [account]);
    if (row !== undefined) return row;
    await this.dataSource.query(
      'INSERT INTO call_permits (account, revision, book) VALUES ($1, 0, $2) ON CONFLICT (account) DO NOTHING',
      [account, JSON.stringify(emptyBook)],
    );
    const [made] = await this.#timed<Row>(read, [account]);
    return made ?? { revision: '0', book: emptyBook };
  }

  /** Only if nobody has been there in between. */
  async #write(account: string, { revision }: Seen, book: PermitBook): Promise<boolean> {
    const rows = await this.#timed<{ revision: string; now: number }>(
      `WITH saved AS (
         UPDATE call_permits SET book = $3, revision = revision + 1 WHERE account = $1 AND revision = $2 RETURNING revision
       ) SELECT revision, ${nowOfDatabase} FROM saved`,
      [account, revision, JSON.stringify(book)],
    );
    const [saved] = rows;
    if (saved !== undefined) this.#seen.set(account, { revision: saved.revision, book });
    return saved !== undefined;
  }

  /** The faster the answer, the better it says what the database's clock shows. */
  async #timed<R extends { readonly now: number }>(text: string, values: readonly unknown[]): Promise<R[]> {
    const sentMs = performance.now();
    const rows = await this.dataSource.query<R[]>(text, [...values]);
    const atMs = performance.now();
    const tookMs = atMs - sentMs;
    const [row] = rows;
    const known = this.#clock;
    if (row !== undefined && (known === null || tookMs <= known.tookMs || atMs - known.atMs > clockLastsMs))
      this.#clock = { offsetMs: row.now - (sentMs + atMs) / 2, tookMs, atMs };
    return rows;
  }
}

const moved = (
  moments: Readonly<Record<string, readonly number[]>>,
  byMs: number,
): Readonly<Record<string, readonly number[]>> =>
  Object.fromEntries(Object.entries(moments).map(([name, list]) => [name, list.map((at) => Math.ceil(at + byMs))]));

/** A kind by its name, as far as its rest matters. */
const kindOf = (name: string): PermitKind => ({
  name,
  count: 0,
  restMs: Number(/ in (\d+) ms$/.exec(name)?.[1] ?? 0),
  lane: null,
});
