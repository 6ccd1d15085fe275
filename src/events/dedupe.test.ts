import { describe, expect, it } from 'vitest';
import { byContent, byId } from './dedupe.js';
import type { IncomingEvent } from './incoming-event.js';

const fact = {
  kind: 'business_event',
  name: 'order_placed',
  occurredAt: null,
  channel: 'web',
  identities: [{ kind: 'subscriber', namespace: 'acme/contact', value: '1' }],
  attributes: [{ key: 'plan', label: 'Plan', type: 'string', value: 'pro' }],
  tagsAdded: ['vip'],
  tagsRemoved: [],
  consents: [],
  text: 'hi',
} satisfies Omit<IncomingEvent, 'dedupe' | 'notes' | 'properties'>;

const key = (more: Partial<typeof fact>, parts: unknown[] = []) => byContent({ ...fact, ...more }, parts, 60_000).key;

describe('byContent', () => {
  it('gives the same fact the same key, and each other fact another', () => {
    const others = [
      key({ name: 'order_paid' }),
      key({ channel: 'sms' }),
      key({ text: 'hi!' }),
      key({ tagsAdded: [] }),
      key({ attributes: [{ key: 'plan', label: 'Plan', type: 'string', value: 'free' }] }),
      key({ identities: [{ kind: 'subscriber', namespace: 'acme/contact', value: '2' }] }),
      key({}, ['2026-01-01']),
    ];
    expect(key({ attributes: [{ key: 'plan', label: 'plan', type: 'string', value: 'pro' }] })).toBe(key({}));
    expect(new Set([key({}), ...others]).size).toBe(others.length + 1);
    expect(byContent(fact, [], 60_000).windowMs).toBe(60_000);
  });
});

describe('byId', () => {
  it('remembers an id for good, within its scope', () => {
    expect(byId('7', 'order-1')).toEqual({ key: '7:order-1', windowMs: null });
  });

  it('keeps long ids apart in a short key', () => {
    const [one, other] = ['a', 'b'].map((end) => byId('7', 'x'.repeat(5_000) + end).key);
    expect(one).not.toBe(other);
    expect(one?.length).toBeLessThan(100);
  });
});
