import { describe, expect, it } from 'vitest';
import { BatchConflictError } from '../events/batch.js';
import { batchFailure } from './batch-failure.js';

const withCode = (code: string, message = 'it went wrong') => Object.assign(new Error(message), { code });

describe('why a batch failed', () => {
  it.each([
    ['40001', 'conflict', 'another transaction changed the same rows'],
    ['40P01', 'conflict', 'two transactions waited for each other'],
    ['55P03', 'conflict', 'a lock was not to be had'],
    ['57014', 'unavailable', 'a statement took too long'],
    ['25006', 'unavailable', 'this is a standby now'],
    ['08006', 'unavailable', 'the connection broke'],
    ['28P01', 'unavailable', 'the password is not accepted any more'],
    ['53100', 'unavailable', 'the disk is full'],
    ['53300', 'unavailable', 'there are too many connections'],
    ['57P01', 'unavailable', 'the server is shutting down'],
    ['57P03', 'unavailable', 'the server is starting'],
    ['58030', 'unavailable', 'the disk cannot be read'],
    ['22021', 'bad', 'a text cannot be stored'],
    ['22P02', 'bad', 'a value does not fit its type'],
    ['22P05', 'bad', 'a character cannot be stored'],
    ['23502', 'bad', 'a value is missing'],
    ['XX000', 'bad', 'something unheard of'],
  ] as const)('%s means %s: %s', (code, expected, _why) => {
    expect(batchFailure(withCode(code))).toBe(expected);
  });

  it.each(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EBADF'])('%s means unavailable', (code) => {
    expect(batchFailure(withCode(code))).toBe('unavailable');
  });

  it.each([
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
    'Cannot use a pool after calling end on the pool',
  ])('"%s", as the driver says it, means unavailable', (message) => {
    expect(batchFailure(new Error(message))).toBe('unavailable');
  });

  it('finds what the driver said inside what TypeORM throws', () => {
    expect(batchFailure(Object.assign(new Error('Query failed'), { driverError: withCode('57P01') }))).toBe(
      'unavailable',
    );
    expect(batchFailure(new Error('Query failed', { cause: withCode('ECONNRESET') }))).toBe('unavailable');
  });

  it('is a conflict when a stage says so, and a bad event for anything else', () => {
    expect(batchFailure(new BatchConflictError('met first'))).toBe('conflict');
    expect(batchFailure(new TypeError('undefined is not a function'))).toBe('bad');
    expect(batchFailure('thrown text')).toBe('bad');
  });
});
