import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Decision } from '../../decision.js';
import { sourceWith } from './fixtures.js';
import { manychat } from './manychat.js';

const decision: Decision = {
  profileId: '0198c0de-0000-7000-8000-000000000001',
  profileVersion: 3,
  applied: true,
  attributes: { plan: 'pro', budget: 0, newsletter: false, interests: ['a', 'b'], birthday: '1990-02-28' },
  tags: ['new', 'vip'],
  consents: {},
};

const replyAttributes = {
  plan: 'Plan',
  budget: 'Budget',
  newsletter: 'Newsletter',
  interests: 'Interests',
  city: 'City',
};

describe('the flat answer', () => {
  it('has the same keys whatever is known, and never null', () => {
    const source = sourceWith({ replyAttributes });
    const known = manychat.reply(decision, source).body;
    const unknown = manychat.reply({ ...decision, attributes: {} }, source).body;
    expect(known).toEqual({
      status: 'ok', profile_id: decision.profileId, profile_version: 3, applied: true, tags: 'new, vip',
      Plan: 'pro', Budget: 0, Newsletter: false, Interests: 'a, b', City: '',
    }); // prettier-ignore
    expect(Object.keys(unknown ?? {})).toEqual(Object.keys(known ?? {}));
  });

  it('tells nothing about the person that the source does not ask for', () => {
    expect(JSON.stringify(manychat.reply(decision, sourceWith()).body)).not.toContain('pro"');
  });
});

describe('the Dynamic Block', () => {
  /** What ManyChat accepts, as far as we send it. */
  const block = z.strictObject({
    version: z.literal('v2'),
    content: z.strictObject({
      type: z.enum(['instagram', 'whatsapp', 'telegram']).optional(),
      messages: z.array(z.unknown()).max(10),
      actions: z
        .array(
          z.strictObject({
            action: z.literal('set_field_value'),
            field_name: z.string(),
            value: z.union([z.string(), z.number(), z.boolean()]),
          }),
        )
        .max(5),
      quick_replies: z.array(z.unknown()).max(11),
    }),
  });

  it('sets the fields asked for that are known, each in its type', () => {
    const { status, body } = manychat.reply(
      decision,
      sourceWith({ reply: 'dynamic_block', channel: 'whatsapp', replyAttributes }),
    );
    const { content } = block.parse(body);
    expect(status).toBe(200);
    expect(content.type).toBe('whatsapp');
    expect(content.actions.map(({ field_name, value }) => [field_name, value])).toEqual([
      ['Plan', 'pro'], ['Budget', 0], ['Newsletter', false], ['Interests', 'a, b'],
    ]); // prettier-ignore
  });

  it('names no type for Messenger', () => {
    const { body } = manychat.reply(decision, sourceWith({ reply: 'dynamic_block', channel: 'messenger' }));
    expect(block.parse(body).content).not.toHaveProperty('type');
  });

  it('keeps to its format whatever the profile holds', () => {
    const value = fc.oneof(
      fc.string(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.array(fc.string()),
    );
    const source = sourceWith({ reply: 'dynamic_block', replyAttributes });
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(replyAttributes)), value), (attributes) => {
        const wire: unknown = JSON.parse(JSON.stringify(manychat.reply({ ...decision, attributes }, source).body));
        expect(block.safeParse(wire).success).toBe(true);
      }),
    );
  });
});
