import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { logOptions } from './log-options.js';

/** What stands in the log after `write`, and as one text. */
function logged(write: (log: pino.Logger) => void) {
  const lines: string[] = [];
  write(pino(logOptions('trace'), { write: (line: string) => lines.push(line) }));
  return { text: lines.join(''), entries: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

/** As TypeORM throws it: the driver's error inside, with the query, its parameters and the row hung on both. */
function databaseError(): Error {
  const driverError = Object.assign(new Error('value too long for type character varying(5)'), {
    code: '22001',
    detail: 'Failing row contains (ada@example.com).',
    where: 'unnamed portal parameter $1 = ada@example.com',
    client: { password: 'hunter2' },
  });
  const parameters = ['ada@example.com', '+34600000000'];
  return Object.assign(new Error(driverError.message, { cause: driverError }), {
    name: 'QueryFailedError',
    query: 'INSERT INTO identities VALUES ($1, $2)',
    parameters,
    driverError,
  });
}

/** As SDKs throw it: the whole exchange hung on it. */
function sdkError(): Error {
  return Object.assign(new Error('HTTP-Code: 401'), {
    code: 401,
    headers: { authorization: 'Bearer hunter2' },
    body: { message: 'no', context: { email: ['ada@example.com'] } },
    request: { headers: { Authorization: 'Bearer hunter2' }, body: '{"email":"ada@example.com"}' },
    response: { request: { _data: { email: 'ada@example.com' }, header: { authorization: 'hunter2' } } },
  });
}

describe('a logged error', () => {
  it.each([
    ['of the database', databaseError],
    ['of a provider’s SDK', sdkError],
    ['that wraps another one', () => new Error('the batch failed', { cause: new Error('it', { cause: sdkError() }) })],
  ])('%s gives away nothing that hangs on it', (_what, make) => {
    const { text, entries } = logged((log) => {
      log.error({ err: make() }, 'it went wrong');
      log.error({ error: make() }, 'it went wrong');
      log.error(make());
    });
    expect(entries).toHaveLength(3);
    expect(text).not.toMatch(/hunter2|ada@example\.com|34600000000/);
  });

  it('says its type, its words, its code, where it was thrown, and what caused it', () => {
    const { entries } = logged((log) => log.error({ err: databaseError() }, 'it went wrong'));
    expect(entries[0]).toMatchObject({
      level: 'error',
      msg: 'it went wrong',
      err: {
        type: 'QueryFailedError',
        message: 'value too long for type character varying(5)',
        cause: { code: '22001' },
        stack: expect.stringContaining('log-options.test') as string,
      },
    });
  });

  it('may be anything that was thrown', () => {
    const { entries } = logged((log) => log.error({ err: 'a text' }, 'it went wrong'));
    expect(entries[0]?.err).toEqual({ type: 'string', message: 'a text' });
  });
});

describe('a log line', () => {
  it('masks secrets and what identifies a person, up to two levels deep', () => {
    const { text } = logged((log) => {
      log.info({ email: 'ada@example.com', apiKey: 'hunter2', raw: '{"x":1}' }, 'one');
      log.info({ destination: { settings: { accessToken: 'hunter2' } } }, 'two');
      log.info({ req: { headers: { authorization: 'Bearer hunter2', cookie: 'hunter2' } } }, 'three');
      log.info({ profile: { attributes: { city: 'Lima' }, identities: ['ada@example.com'] } }, 'four');
    });
    expect(text).not.toMatch(/hunter2|ada@example\.com|Lima|"x"/);
    expect(text).toContain('***');
  });

  it('keeps what an operator needs', () => {
    const { entries } = logged((log) => log.warn({ destination: 'hubspot', until: '2026-01-01' }, 'rests'));
    expect(entries[0]).toMatchObject({
      level: 'warn',
      service: 'parley',
      destination: 'hubspot',
      until: '2026-01-01',
      msg: 'rests',
    });
    expect(Date.parse(String(entries[0]?.time))).not.toBeNaN();
  });

  it('is not written for what the framework says of itself at every start, unless it is an error', () => {
    const { entries } = logged((log) => {
      log.info({ context: 'RouterExplorer' }, 'Mapped {/hooks/:source, POST} route');
      log.error({ context: 'RouterExplorer', err: new Error('no') }, 'failed');
      log.info({ context: 'Delivery' }, 'kept');
    });
    expect(entries.map(({ msg }) => msg)).toEqual(['failed', 'kept']);
  });
});
