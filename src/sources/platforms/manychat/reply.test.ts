import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RenderedContent } from '../../../personalization/rendered-content.js';
import { arbitraryContent, exchangeWith, problemsOf, someDecision } from '../../test-support.js';
import { messengerContact, requestWith, sourceWith, whatsappContact } from './fixtures.js';
import { manychat } from './manychat.js';
import type { ManychatSettings } from './settings.js';
import { blocks } from './test-support.js';

type Given = Partial<Record<keyof ManychatSettings, unknown>>;

const replyAttributes = {
  plan: 'Plan',
  budget: 'Budget',
  newsletter: 'Newsletter',
  interests: 'Interests',
  city: 'City',
};

const answer = (settings: Given, content: Partial<RenderedContent> | null = null, decision = someDecision) =>
  manychat.reply(decision, sourceWith(settings), exchangeWith(content));

describe('the flat answer', () => {
  it('has the same keys whatever is known, and never null', () => {
    const known = answer({ replyAttributes }).body;
    const unknown = answer({ replyAttributes }, null, { ...someDecision, attributes: {} }).body;
    expect(known).toEqual({
      status: 'ok', profile_id: someDecision.profileId, profile_version: 3, applied: true, tags: 'new, vip', segments: 'loyal',
      text: '', image_url: '', link_title: '', link_url: '', go_to: '',
      Plan: 'pro', Budget: 0, Newsletter: false, Interests: 'a, b', City: '',
    }); // prettier-ignore
    expect(Object.keys(unknown ?? {})).toEqual(Object.keys(known ?? {}));
    expect(Object.keys(manychat.neutralReply(sourceWith({ replyAttributes }), requestWith({})).body ?? {})).toEqual(
      Object.keys(known ?? {}),
    );
  });

  it('tells nothing about the person that the source does not ask for', () => {
    expect(JSON.stringify(answer({}).body)).not.toContain('pro"');
  });

  it('carries what the content says, for the flow to show in its own messages', () => {
    const content: Partial<RenderedContent> = {
      messages: [
        { type: 'text', text: 'Hi Zoë', choices: [{ title: 'Shop', url: 'https://shop.test', goTo: null }] },
        { type: 'image', url: 'https://cdn.test/a.png' },
        { type: 'text', text: 'Bye', choices: [] },
      ],
      fields: { Tier: 'gold' },
      goTo: 'Offer',
    };
    expect(answer({}, content).body).toMatchObject({
      text: 'Hi Zoë\n\nBye',
      image_url: 'https://cdn.test/a.png',
      link_title: 'Shop',
      link_url: 'https://shop.test',
      go_to: 'Offer',
      Tier: 'gold',
    });
  });
});

describe('the Dynamic Block', () => {
  const dynamic = (settings: Given, content: Partial<RenderedContent> | null = null) =>
    answer({ reply: 'dynamic_block', replyAttributes, ...settings }, content);

  it('sets the fields asked for that are known, each in its type', () => {
    const { status, body } = dynamic({ channel: 'whatsapp' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      content: {
        actions: [
          { field_name: 'Plan', value: 'pro' },
          { field_name: 'Budget', value: 0 },
          { field_name: 'Newsletter', value: false },
          { field_name: 'Interests', value: 'a, b' },
        ],
      },
    });
  });

  it.each(Object.entries(blocks))(
    'keeps to the format and the limits of %s, whatever is to be said',
    (channel, schema) => {
      fc.assert(
        fc.property(arbitraryContent, (content) => {
          expect(problemsOf(schema, dynamic({ channel }, content).body)).toBe('');
        }),
      );
    },
  );

  it('is for the channel that the event came from, where the source does not name one', () => {
    const typeFor = (body: unknown) => {
      const request = requestWith(body);
      const source = sourceWith({ reply: 'dynamic_block' });
      const [event] = manychat.parse(request, source);
      return manychat.reply(someDecision, source, { request, event: event!, content: null }).body;
    };
    expect(typeFor(whatsappContact)).toMatchObject({ content: { type: 'whatsapp' } });
    expect(typeFor(messengerContact)).not.toHaveProperty('content.type');
  });

  it('names what did not fit', () => {
    const messages = Array.from({ length: 12 }, (_none, n) => ({ type: 'text', text: `${n}`, choices: [] }) as const);
    const { leftOut } = dynamic(
      { channel: 'whatsapp' },
      { messages, quickReplies: [{ title: 'Yes', url: null, goTo: 'Step' }], tagsToAdd: ['a', 'b'] },
    );
    expect(leftOut).toEqual([
      'Quick replies: this channel has none.',
      '2 of 12 messages: 10 fit.',
      '1 of 6 actions: 5 fit.',
    ]);
  });

  it('writes addresses into the text on WhatsApp, where buttons cannot be trusted to open pages', () => {
    const choices = [
      { title: 'Shop', url: 'https://shop.test/', goTo: null },
      { title: 'More', url: null, goTo: 'content20250101120000_123456' },
    ];
    expect(dynamic({ channel: 'whatsapp' }, { messages: [{ type: 'text', text: 'Hi', choices }] }).body).toMatchObject({
      content: {
        messages: [
          {
            text: 'Hi\nShop: https://shop.test/',
            buttons: [{ type: 'flow', caption: 'More', target: 'content20250101120000_123456' }],
          },
        ],
      },
    });
  });

  it('says nothing and sets nothing when the deadline is near', () => {
    const { status, body } = manychat.neutralReply(
      sourceWith({ reply: 'dynamic_block', channel: 'instagram' }),
      requestWith({}),
    );
    expect(status).toBe(200);
    expect(problemsOf(blocks.instagram, body)).toBe('');
  });
});
