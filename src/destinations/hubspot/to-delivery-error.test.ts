import { describe, expect, it } from 'vitest';
import { HubspotError, toDeliveryError, toRecordError } from './to-delivery-error.js';

const call = {
  repeatable: true,
  timedOut: false,
  now: new Date('2026-11-22T20:30:00Z'),
  timeZone: undefined,
  secrets: ['pat-secret'],
};
const answer = (code: number, body: unknown, headers = {}) => ({ code, body, headers, message: 'HTTP-Code: …' });
const html = '<html><body>cloudflare</body></html>';
const faultList =
  'Property values were not valid: [{"isValid":false,"message":"Property \\"plann\\" does not exist","error":"PROPERTY_DOESNT_EXIST","name":"plann","portalId":4242}]';

describe('every answer of HubSpot has its kind', () => {
  it.each([
    [
      'a bad value',
      400,
      {
        message: 'x',
        errors: [
          { message: 'Email address a is invalid', code: 'INVALID_EMAIL', context: { propertyName: ['email'] } },
        ],
      },
      'rejected',
      'INVALID_EMAIL',
      undefined,
    ],
    [
      'a bad value told only in the text',
      400,
      { message: faultList, category: 'VALIDATION_ERROR' },
      'rejected',
      'PROPERTY_DOESNT_EXIST',
      undefined,
    ],
    [
      'unreadable input',
      400,
      { status: 'error', message: 'Invalid input JSON on line 1, column 2: …' },
      'rejected',
      'HTTP_400',
      undefined,
    ],
    [
      'an expired token',
      401,
      { message: 'The OAuth token used to make this call expired', category: 'EXPIRED_AUTHENTICATION' },
      'unauthorized',
      'EXPIRED_AUTHENTICATION',
      undefined,
    ],
    [
      'no token',
      401,
      { message: 'Authentication credentials not found.', category: 'INVALID_AUTHENTICATION' },
      'unauthorized',
      'INVALID_AUTHENTICATION',
      undefined,
    ],
    [
      'a missing scope',
      403,
      { message: 'x', category: 'MISSING_SCOPES' },
      'misconfigured',
      'MISSING_SCOPES',
      undefined,
    ],
    [
      'a record that is not there',
      404,
      { message: 'resource not found', category: 'OBJECT_NOT_FOUND' },
      'rejected',
      'OBJECT_NOT_FOUND',
      undefined,
    ],
    ['a wrong address', 404, html, 'unauthorized', 'HTTP_404', undefined],
    [
      'somebody who is not there, in the words of an older interface',
      404,
      { status: 'error', message: 'Contact with email a@x.es does not exist', correlationId: 'c' },
      'rejected',
      'HTTP_404',
      undefined,
    ],
    [
      'a revoked grant',
      400,
      { status: 'BAD_REFRESH_TOKEN', message: 'refresh token is invalid', error: 'invalid_grant' },
      'unauthorized',
      'BAD_REFRESH_TOKEN',
      undefined,
    ],
    ['a gateway that speaks JSON', 502, { error: 'Bad Gateway' }, 'transient', 'HTTP_502', undefined],
    [
      'an internal error with a word for it',
      500,
      { status: 500, error: 'Internal Server Error', message: 'oops' },
      'transient',
      'HTTP_500',
      undefined,
    ],
    ['a limit with a word for it', 429, { error: 'Too Many Requests' }, 'throttled', 'HTTP_429', 10_000],
    [
      'a clash',
      409,
      { message: 'Contact already exists. Existing ID: 9001', category: 'CONFLICT' },
      'rejected',
      'CONFLICT',
      undefined,
    ],
    ['a too long address', 414, html, 'rejected', 'HTTP_414', undefined],
    ['a locked record', 423, { message: 'locked' }, 'throttled', 'HTTP_423', 2_000],
    [
      'the burst limit',
      429,
      { message: 'You have reached your ten_secondly_rolling limit.', policyName: 'TEN_SECONDLY_ROLLING' },
      'throttled',
      'TEN_SECONDLY_ROLLING',
      10_000,
    ],
    [
      'the burst limit told only in the text',
      429,
      { message: 'You have reached your ten_secondly_rolling limit.' },
      'throttled',
      'HTTP_429',
      10_000,
    ],
    [
      'the daily limit',
      429,
      { message: 'You have reached your daily limit.', policyName: 'DAILY' },
      'throttled',
      'DAILY',
      3_600_000,
    ],
    [
      'the limit of search',
      429,
      { message: 'You have reached your secondly limit.', category: 'RATE_LIMITS' },
      'throttled',
      'RATE_LIMITS',
      1_000,
    ],
    [
      'the old limit per second',
      429,
      { message: 'You have reached your secondly limit.', policyName: 'SECONDLY' },
      'throttled',
      'SECONDLY',
      1_000,
    ],
    ['a limit without words', 429, html, 'throttled', 'HTTP_429', 10_000],
    ['a moving account', 477, {}, 'throttled', 'HTTP_477', 600_000],
    ['an internal error', 500, { message: 'internal error' }, 'transient', 'HTTP_500', undefined],
    ['a proxy’s page', 502, html, 'transient', 'HTTP_502', undefined],
    ['a busy server', 503, '', 'transient', 'HTTP_503', undefined],
    ['a slow server', 504, html, 'transient', 'HTTP_504', undefined],
    ['a server that is down', 521, html, 'transient', 'HTTP_521', undefined],
    ['a broken certificate', 526, html, 'transient', 'HTTP_526', undefined],
    ['a malformed token', 530, html, 'unauthorized', 'HTTP_530', undefined],
  ])('%s (%i)', (_name, status, body, kind, code, retryAfterMs) => {
    const error = toDeliveryError(answer(status, body), call);
    expect(error).toMatchObject({ kind, details: { code } });
    expect(error.details.retryAfterMs).toBe(retryAfterMs);
  });

  it('waits as long as HubSpot asks', () => {
    expect(toDeliveryError(answer(477, {}, { 'retry-after': '7200' }), call).details.retryAfterMs).toBe(7_200_000);
    expect(toDeliveryError(answer(429, {}, { 'retry-after': '3' }), call).details.retryAfterMs).toBe(3_000);
  });

  it('waits for the account’s midnight when its daily limit is used up', () => {
    const daily = answer(429, { policyName: 'DAILY' });
    const inBerlin = toDeliveryError(daily, { ...call, timeZone: 'Europe/Berlin' });
    expect(inBerlin.details.retryAfterMs).toBe(2.5 * 3_600_000);
  });
});

describe('what HubSpot says', () => {
  it('is kept in its own words, with the property it names', () => {
    expect(toDeliveryError(answer(400, { message: faultList }), call)).toMatchObject({
      message: 'Property "plann" does not exist',
      details: { field: 'plann' },
    });
  });

  it('includes the scopes that are missing', () => {
    const body = {
      message: 'Not granted.',
      category: 'MISSING_SCOPES',
      errors: [{ message: 'x', context: { requiredGranularScopes: ['crm.objects.contacts.write'] } }],
    };
    expect(toDeliveryError(answer(403, body), call).message).toContain('crm.objects.contacts.write');
  });

  it('names the record in a 207 by trace id', () => {
    const error = toRecordError({ message: faultList, context: { objectWriteTraceId: ['t-2'] } }, call);
    expect(error).toBeInstanceOf(HubspotError);
    expect(error.concerned.named).toEqual(['t-2']);
    expect(error.details.code).toBe('PROPERTY_DOESNT_EXIST');
  });

  it.each([
    [null],
    ['text'],
    [42],
    [[]],
    [{ errors: 'none', context: [], message: 7 }],
    [{ message: 'Property values were not valid: [{' }],
  ])('may be anything: %j', (body) => {
    expect(toDeliveryError(answer(400, body), call).kind).toBe('rejected');
  });
});

describe('no answer', () => {
  it.each([
    ['a refused connection', { code: 'ECONNREFUSED' }, 'transient', 'transient'],
    ['an unknown host', { code: 'ENOTFOUND' }, 'transient', 'transient'],
    ['a lost connection', { code: 'ECONNRESET' }, 'transient', 'unknown'],
    ['broken JSON', new SyntaxError('Unexpected end of JSON input'), 'transient', 'unknown'],
    ['a proxy’s time-out', answer(504, html), 'transient', 'unknown'],
    ['an internal error', answer(500, {}), 'transient', 'unknown'],
    ['a busy server', answer(503, {}), 'transient', 'transient'],
  ])('%s is repeated only where a repetition is safe', (_name, thrown, repeatable, once) => {
    expect(toDeliveryError(thrown, call).kind).toBe(repeatable);
    expect(toDeliveryError(thrown, { ...call, repeatable: false }).kind).toBe(once);
  });

  it('in time is a time-out, whatever the SDK makes of it', () => {
    const timedOut = { ...call, timedOut: true };
    expect(toDeliveryError(new Error('socket hang up'), timedOut)).toMatchObject({
      kind: 'transient',
      details: { code: 'TIMEOUT' },
    });
    expect(toDeliveryError(new Error('socket hang up'), { ...timedOut, repeatable: false }).kind).toBe('unknown');
  });
});
