import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { DeliveryError } from '../delivery-error.js';
import { record, rehearse, testKey } from './test-support.js';
import { complianceState, forgottenEmail, rowDeliveryError, toDeliveryError } from './to-delivery-error.js';

const answered = (status: number, body: unknown = {}, headers: Record<string, string> = {}) =>
  Object.assign(new Error('Bad'), { status, response: { body, headers } });
const problem = (title: string, detail = 'words of theirs', errors: unknown[] = []) => ({
  title,
  status: 0,
  detail,
  errors,
});

describe('an answer of Mailchimp', () => {
  it.each([
    [400, problem('Invalid Resource'), { kind: 'rejected', details: { code: 'Invalid Resource' } }],
    [400, problem(complianceState), { kind: 'rejected', details: { code: complianceState } }],
    [400, problem(forgottenEmail), { kind: 'rejected', details: { code: forgottenEmail } }],
    [
      400,
      problem('Invalid Resource', "a@b.test has signed up to a lot of lists very recently; we're not allowing more"),
      { kind: 'throttled', details: { retryAfterMs: 3_600_000 } },
    ],
    [401, problem('API Key Invalid'), { kind: 'unauthorized', details: { code: 'API Key Invalid' } }],
    [403, problem('Forbidden'), { kind: 'unauthorized' }],
    [403, problem('User Disabled'), { kind: 'unauthorized' }],
    [403, {}, { kind: 'throttled', details: { retryAfterMs: 60_000 } }],
    [404, problem('Resource Not Found'), { kind: 'rejected', details: { code: 'Resource Not Found' } }],
    [404, problem('ResourceNotFound'), { kind: 'rejected', details: { code: 'Resource Not Found' } }],
    [400, problem('Member in compliance state'), { kind: 'rejected', details: { code: complianceState } }],
    [405, problem('Method Not Allowed'), { kind: 'rejected' }],
    [408, {}, { kind: 'transient' }],
    [426, {}, { kind: 'unauthorized' }],
    [429, problem('TooManyRequests'), { kind: 'throttled', details: { retryAfterMs: 5_000 } }],
    [429, {}, { kind: 'throttled', details: { retryAfterMs: 5_000 } }],
    [500, problem('InternalServerError'), { kind: 'transient' }],
    [502, {}, { kind: 'transient', details: { code: '502' } }],
    [
      503,
      { type: 'akamai_error_message', title: 'akamai_503', status: 503 },
      { kind: 'transient', details: { code: 'akamai_503' } },
    ],
  ])('%i %o becomes one of our kinds', (status, body, expected) => {
    expect(toDeliveryError(answered(status, body))).toMatchObject(expected);
  });

  it('keeps the provider’s own words and the field at fault', () => {
    const errors = [{ field: 'BUDGET', message: 'Please enter a number' }];
    const error = toDeliveryError(
      answered(400, problem('Invalid Resource', 'Your merge fields were invalid.', errors)),
    );
    expect(error.message).toBe('Your merge fields were invalid. BUDGET: Please enter a number');
    expect(error.details.field).toBe('BUDGET');
  });

  it('is waited for as long as it asks, where it does', () => {
    expect(toDeliveryError(answered(429, {}, { 'retry-after': '7' })).details.retryAfterMs).toBe(7_000);
  });

  it.each([
    [{ code: 'ECONNABORTED', errno: 'ETIME' }, 'ECONNABORTED'],
    [{ code: 'ECONNRESET' }, 'ECONNRESET'],
    [new SyntaxError('Unexpected token'), 'no_answer'],
    [
      Object.assign(new SyntaxError('Unexpected token'), { statusCode: 200, rawResponse: '<html>' }),
      'unreadable_answer',
    ],
    ['nonsense', 'no_answer'],
  ])('that never came or cannot be read is worth another try', (thrown, code) => {
    expect(toDeliveryError(thrown)).toMatchObject({ kind: 'transient', details: { code } });
  });

  it('does not lose an error that is ours already', () => {
    const ours = new DeliveryError('throttled', 'wait');
    expect(toDeliveryError(ours)).toBe(ours);
  });
});

describe('a row of a batch', () => {
  it.each([
    [
      'a@b.test is in a compliance state due to unsubscribe, bounce, or compliance review and cannot be subscribed.',
      complianceState,
    ],
    ['a@b.test was permanently deleted and cannot be re-imported.', forgottenEmail],
    ['a@b.test looks fake or invalid, please enter a real email address.', 'Invalid Resource'],
  ])('says "%s"', (sentence, code) => {
    expect(rowDeliveryError(sentence)).toMatchObject({ kind: 'rejected', message: sentence, details: { code } });
  });

  it('in words we do not know is left to be asked alone', () => {
    expect(rowDeliveryError('Bitte gib einen Wert ein.')).toBeNull();
  });
});

describe('through the real SDK', () => {
  it.each([
    [{ answer: { status: 401, body: problem('API Key Invalid') } }, 'unauthorized'],
    [{ answer: { status: 429, body: problem('TooManyRequests') } }, 'throttled'],
    [{ answer: { status: 502, body: '<html>Bad Gateway</html>' } }, 'transient'],
    [{ answer: { status: 200, headers: { 'content-type': 'application/json' }, body: '{"broken' } }, 'transient'],
    [{ answer: { status: 200, body: '<html>hello</html>' } }, 'transient'],
    [{ answer: { status: 200, body: {} } }, 'transient'],
    [{ drop: 'before' }, 'transient'],
    [{ drop: 'after' }, 'transient'],
  ])('%o stops the request as %s, and no error holds the key', async (fault, kind) => {
    const { connection, upsert, send } = await rehearse();
    await connection.check({ mapping: null });
    await send('POST', '/_sandbox/faults', { method: 'POST', ...fault });
    const error: unknown = await upsert(record('ada@chat.test')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DeliveryError);
    expect(error).toMatchObject({ kind });
    const shown = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error);
    expect(shown).not.toContain(testKey);
    expect(shown).not.toContain(Buffer.from(`user:${testKey}`).toString('base64'));
    expect(shown).not.toMatch(/authorization/i);
  });

  it('a silent Mailchimp is given up', async () => {
    const { connection, upsert, send } = await rehearse({ timeoutMs: 200 });
    await connection.check({ mapping: null });
    await send('POST', '/_sandbox/faults', { method: 'POST', delayMs: 1_000 });
    await expect(upsert(record('ada@chat.test'))).rejects.toMatchObject({ kind: 'transient' });
  });
});
