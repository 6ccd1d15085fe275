import { describe, expect, it } from 'vitest';
import { hubspot } from '../definition.js';
import { rehearse } from '../test-support.js';
import { pull } from './test-support.js';

describe('the declarations', () => {
  it('name each stream and each derived attribute once, the latter after the provider', () => {
    const streams = (hubspot.history ?? []).map(({ id }) => id);
    expect(new Set(streams).size).toBe(streams.length);
    for (const { key } of hubspot.derives ?? []) expect(key).toMatch(/^hubspot[A-Z]/);
  });

  it('are the only streams there are', async () => {
    const account = await rehearse();
    await expect(pull(account, 'orders')).rejects.toMatchObject({ details: { code: 'UNKNOWN_STREAM' } });
  });

  it('take no place of another stream to go on from', async () => {
    const account = await rehearse();
    await expect(
      account.connection.pull?.({
        stream: 'deals',
        object: 'contacts',
        fields: [],
        cursor: { place: 3 },
        watermark: null,
        notBefore: null,
      }),
    ).rejects.toMatchObject({ details: { code: 'UNREADABLE_CURSOR' } });
  });
});
