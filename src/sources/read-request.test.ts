import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { UnreadableBodyError } from './chat-platform.js';
import { unpacked } from './read-hook.js';
import { objectSent, readObject, readRequest } from './read-request.js';
import { getRequest, requestWith } from './test-support.js';

describe('readRequest', () => {
  it.each([
    ['JSON', requestWith('{"id": 9007199254740993, "a": "ü"}'), { id: '9007199254740993', a: 'ü' }],
    ['JSON after blanks', requestWith(' \n{"a": 1}'), { a: 1 }],
    ['a form', requestWith('id=9007199254740993&a=%C3%BC+b%20c'), { id: '9007199254740993', a: 'ü b c' }],
    ['the address', getRequest('a=1&secret=x&token=y'), { a: '1' }],
    ['an empty form field', requestWith('a='), { a: '' }],
  ])('reads %s', (_what, request, root) => expect(readRequest(request, '').root).toEqual(root));

  it('never takes a form field for something every object has', () => {
    const { root } = readRequest(requestWith('__proto__=x&constructor=y&a%00b=c%00d'), '');
    expect(Object.entries(root as object)).toEqual([
      ['constructor', 'y'],
      ['ab', 'cd'],
    ]);
  });

  it.each(['', 'hello', '{"a":', '[', '%%%'])('says of %j that it cannot be read, with the advice', (body) => {
    expect(() => readObject(requestWith(body), 'Send JSON.')).toThrow(UnreadableBodyError);
    expect(() => readObject(requestWith(body), 'Send JSON.')).toThrow(/Send JSON/);
    expect(objectSent(requestWith(body))).toEqual({});
  });
});

describe('a packed body', () => {
  const body = Buffer.from('{"a":1}');
  const packed = (encoding: string, bytes: Buffer) => ({
    ...requestWith({}, { headers: { 'content-encoding': encoding } }),
    body: bytes,
  });

  it.each([
    ['deflate', deflateSync(body)],
    ['GZIP', gzipSync(body)],
    ['identity', body],
  ])('is unpacked as %s', async (encoding, bytes) => {
    expect((await unpacked(packed(encoding, bytes))).body).toEqual(body);
  });

  it('is refused when it is something else, broken, or a bomb', async () => {
    await expect(unpacked(packed('zstd', body))).rejects.toThrow(/packed as zstd/);
    await expect(unpacked(packed('gzip', body))).rejects.toThrow(UnreadableBodyError);
    await expect(unpacked(packed('gzip', gzipSync(Buffer.alloc(8 * 1024 * 1024))))).rejects.toThrow(/larger than/);
  });
});
