import { describe, expect, it } from 'vitest';
import { publicQuery, rowOf, type SeenRequest, shownBody, shownQuery } from './seen-request.js';
import { requestWith } from './test-support.js';

const seen = (body: string, more: Partial<SeenRequest> = {}): SeenRequest => ({
  source: 'acme',
  receivedAt: new Date(0),
  tookMs: 1.4,
  hook: requestWith(body, {
    headers: { authorization: 'Bearer hunter2', 'user-agent': 'x' },
    query: { secret: 'hunter2', event: 'a' },
  }),
  raw: body,
  outcome: 'processed',
  ...more,
});

describe('what is kept of a request', () => {
  it('holds no secret of its headers and its address', () => {
    const row = rowOf(seen('{"a":1}'));
    expect(JSON.stringify(row)).not.toContain('hunter2');
    expect(row).toMatchObject({
      headers: { authorization: '•••', 'user-agent': 'x' },
      query: { event: 'a' },
      body: '{"a":1}',
    });
  });

  it('is cut where a body is very long, of strangers sooner, and of what must still be processed never', () => {
    const long = 'x'.repeat(300_000);
    expect(rowOf(seen(long))).toMatchObject({ cut: true });
    expect(rowOf(seen(long)).body).toHaveLength(256 * 1024);
    expect(rowOf(seen(long, { outcome: 'refused', raw: null })).body).toHaveLength(4 * 1024);
    expect(rowOf(seen(long, { outcome: 'late' }))).toMatchObject({ cut: false, body: long });
  });

  it('leaves a query without secrets as it is', () => {
    const query = { event: 'a' };
    expect(publicQuery(query)).toBe(query);
    expect(publicQuery({ ...query, token: 't' })).toEqual(query);
  });
});

it.each([
  ['{"api_key":"hunter2","plan":"pro"}', '{"api_key":"•••","plan":"pro"}'],
  ['{ "Access Token" : "hun\\"ter2" }', '{ "Access Token" : "•••" }'],
  ['{"password": 12345}', '{"password": "•••"}'],
  ['{"secret":"never closed', '{"secret":"•••"'],
  ['a=1&client_secret=hunter2&b=2', 'a=1&client_secret=•••&b=2'],
  ['plain words', 'plain words'],
])('shows %s with its secrets masked', (body, shown) => expect(shownBody(body)).toBe(shown));

it('shows a query with its secrets masked', () => {
  expect(shownQuery({ api_key: 'hunter2', 'Access Token': 'hunter3', event: 'a' })).toEqual({
    api_key: '•••',
    'Access Token': '•••',
    event: 'a',
  });
});
