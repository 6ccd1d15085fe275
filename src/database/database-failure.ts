/**
 * Why PostgreSQL did not do something:
 * - `conflict`: another transaction came in between; the same once more
 * - `unavailable`: it cannot be used now; later
 * - `bad`: it will not do this, however often it is asked
 */
export type DatabaseFailure = 'conflict' | 'unavailable' | 'bad';

/** @see https://www.postgresql.org/docs/18/errcodes-appendix.html */
const byCode: Readonly<Record<string, DatabaseFailure>> = {
  '40001': 'conflict', // serialization_failure
  '40P01': 'conflict', // deadlock_detected
  '55P03': 'conflict', // lock_not_available
  '57014': 'unavailable', // query_canceled: statement_timeout
  '25006': 'unavailable', // read_only_sql_transaction: a standby
};
const byClass: Readonly<Record<string, DatabaseFailure>> = {
  '08': 'unavailable', // connection exception
  '28': 'unavailable', // our role or its password is not accepted
  '53': 'unavailable', // insufficient resources, disk full
  '57': 'unavailable', // operator intervention: shutting down
  '58': 'unavailable', // system error outside PostgreSQL
};

export function databaseFailure(error: unknown): DatabaseFailure {
  const code = sqlState(error);
  if (code !== null) return byCode[code] ?? byClass[code.slice(0, 2)] ?? 'bad';
  return isConnectionError(error) ? 'unavailable' : 'bad';
}

/** Five characters, as PostgreSQL defines them, none of which begins with E as the system's do (`EPIPE`); TypeORM keeps the driver's error inside its own. */
function sqlState(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ('code' in error && typeof error.code === 'string' && /^[0-9A-DF-Z][0-9A-Z]{4}$/.test(error.code))
    return error.code;
  return 'driverError' in error ? sqlState(error.driverError) : null;
}

/** What `pg` throws when the connection or the pool fails carries no SQLSTATE. */
const connectionTexts =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|cannot use a pool/i;

function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code)) return true;
  return connectionTexts.test(error.message) || isConnectionError(error.cause);
}
