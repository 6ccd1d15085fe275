import { describe, expect, it } from 'vitest';
import { ConfigurationError, readEnvironment } from './env.js';

const key = 'a'.repeat(64);
const production = {
  DATABASE_URL: 'postgres://parley:s3cret@db/parley',
  REDIS_URL: 'redis://:s3cret@redis',
  ENCRYPTION_KEY: key,
};

function problemsWith(variables: Record<string, string>): string[] {
  try {
    readEnvironment(variables);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message.split('\n');
    throw error;
  }
  throw new Error('expected it to be refused');
}

describe('the environment', () => {
  it('needs nothing: one process, its own PostgreSQL, sandboxes', () => {
    expect(readEnvironment({})).toMatchObject({ ROLE: 'all', PORT: 3000, HOST: '127.0.0.1', sandbox: true });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readEnvironment({ PORT: '', DATABASE_URL: '' })).toMatchObject({ PORT: 3000, sandbox: true });
  });

  it('runs no sandboxes beside a database of one’s own, unless told so', () => {
    expect(readEnvironment(production).sandbox).toBe(false);
    expect(readEnvironment({ ...production, SANDBOX: 'true' }).sandbox).toBe(true);
    expect(readEnvironment({ SANDBOX: 'false' }).sandbox).toBe(false);
  });

  it('hands on every variable that is set, for configuration files', () => {
    expect(readEnvironment({ HUBSPOT_TOKEN: 'pat', EMPTY: '' }).variables).toEqual({ HUBSPOT_TOKEN: 'pat' });
  });

  it.each([
    [{ PORT: '70000' }, 'environment, PORT: ', 'found "70000"'],
    [{ PORT: 'abc' }, 'environment, PORT: ', 'found "abc"'],
    [{ ROLE: 'boss' }, 'environment, ROLE: ', 'found "boss"'],
    [{ SANDBOX: 'yes' }, 'environment, SANDBOX: ', 'found "yes"'],
    [{ LOG_LEVEL: 'loud' }, 'environment, LOG_LEVEL: ', 'found "loud"'],
  ])('says of %o where it is wrong and what was found', (variables: Record<string, string>, where, found) => {
    const [line, ...others] = problemsWith(variables);
    expect(others).toEqual([]);
    expect(line).toContain(where);
    expect(line).toContain(found);
    expect(line).toMatch(/expected|must be|[Ii]nvalid|Too big/);
  });

  it('names every wrong variable at once', () => {
    expect(problemsWith({ PORT: 'abc', ROLE: 'boss' })).toHaveLength(2);
  });

  it.each(['ENCRYPTION_KEY', 'DATABASE_URL', 'REDIS_URL'])('never repeats a wrong %s', (name) => {
    const lines = problemsWith({ [name]: 'hunter2' });
    expect(lines.join()).toContain(name);
    expect(lines.join()).not.toContain('hunter2');
  });

  it('asks for the key with a database of one’s own, and for both addresses with separate roles', () => {
    const { ENCRYPTION_KEY: _key, ...keyless } = production;
    expect(problemsWith(keyless).join()).toMatch(/ENCRYPTION_KEY: is needed with DATABASE_URL/);
    expect(problemsWith({ ROLE: 'worker' }).join()).toMatch(/ROLE.*DATABASE_URL/);
    expect(problemsWith({ ROLE: 'api', ENCRYPTION_KEY: key, DATABASE_URL: production.DATABASE_URL }).join()).toMatch(
      /ROLE.*REDIS_URL/,
    );
    expect(readEnvironment({ ...production, ROLE: 'worker' }).ROLE).toBe('worker');
  });
});
