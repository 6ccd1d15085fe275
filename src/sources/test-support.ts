import fc from 'fast-check';
import { z } from 'zod';
import { mediaTypes, type RenderedContent } from '../personalization/rendered-content.js';
import type { ChatPlatform, Exchange, HookRequest, SourceContext } from './chat-platform.js';
import type { Decision } from '../events/decision.js';

/** A request as the shell hands it to a platform; a body that is no text is sent as JSON. */
export function requestWith(body: unknown, more: Partial<HookRequest> = {}): HookRequest {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    method: 'POST',
    pathSuffix: '',
    remoteAddress: '203.0.113.7',
    headers: {},
    query: {},
    queryText: '',
    body: Buffer.from(text),
    ...more,
  };
}

/** A request without a body, all in its address. */
export function getRequest(queryText: string): HookRequest {
  const query = Object.fromEntries(new URLSearchParams(queryText));
  return requestWith('', { method: 'GET', query, queryText });
}

/** A source of a platform with its settings, all at their defaults but those given. */
export function sourceOf<Settings>(platform: ChatPlatform<Settings>, settings: object = {}): SourceContext<Settings> {
  return { key: 'acme', settings: platform.settings.parse(settings) };
}

export const someDecision: Decision = {
  profileId: '0198c0de-0000-7000-8000-000000000001',
  profileVersion: 3,
  applied: true,
  attributes: { plan: 'pro', budget: 0, newsletter: false, interests: ['a', 'b'], birthday: '1990-02-28' },
  tags: ['new', 'vip'],
  consents: {},
  segments: ['loyal'],
};

export const noContent: RenderedContent = {
  template: 'test',
  messages: [],
  quickReplies: [],
  fields: {},
  tagsToAdd: [],
  tagsToRemove: [],
  goTo: null,
  notes: [],
};

export const exchangeWith = (
  content: Partial<RenderedContent> | null = null,
  more: Partial<Exchange> = {},
): Exchange => ({
  request: requestWith({}),
  event: null,
  content: content === null ? null : { ...noContent, ...content },
  ...more,
});

/** What a person reads in the zod error, so that a failing answer says where. */
export function problemsOf(schema: z.ZodType, body: unknown): string {
  const wire: unknown = JSON.parse(JSON.stringify(body));
  const checked = schema.safeParse(wire);
  return checked.success ? '' : z.prettifyError(checked.error);
}

const someText = fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }).filter((text) => text.trim() !== '');
const someUrl = fc.webUrl();
const someChoice = fc.record({
  title: someText,
  url: fc.option(someUrl, { nil: null }),
  goTo: fc.option(someText, { nil: null }),
});
const someCard = fc.record({
  title: someText,
  subtitle: fc.option(someText, { nil: null }),
  imageUrl: fc.option(someUrl, { nil: null }),
  url: fc.option(someUrl, { nil: null }),
  choices: fc.array(someChoice, { maxLength: 6 }),
});

/** Whatever a content template can come to, more than any platform takes. */
export const arbitraryContent: fc.Arbitrary<RenderedContent> = fc.record({
  template: fc.constant('test'),
  messages: fc.array(
    fc.oneof(
      fc.record({
        type: fc.constant('text' as const),
        text: someText,
        choices: fc.array(someChoice, { maxLength: 14 }),
      }),
      fc.record({ type: fc.constantFrom(...mediaTypes), url: someUrl }),
      fc.record({ type: fc.constant('cards' as const), cards: fc.array(someCard, { minLength: 1, maxLength: 12 }) }),
    ),
    { maxLength: 14 },
  ),
  quickReplies: fc.array(someChoice, { maxLength: 14 }),
  fields: fc.dictionary(
    someText,
    fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()),
    { maxKeys: 7 },
  ),
  tagsToAdd: fc.array(someText, { maxLength: 4 }),
  tagsToRemove: fc.array(someText, { maxLength: 4 }),
  goTo: fc.option(someText, { nil: null }),
  notes: fc.constant([]),
});

const flatValue = z.union([z.string(), z.number(), z.boolean()]);

/** The flat answer: one level, single values, never null, always these keys. */
export const flatAnswer = z
  .object({
    status: z.enum(['ok', 'pending']),
    profile_id: z.string(),
    profile_version: z.int(),
    applied: z.boolean(),
    tags: z.string(),
    segments: z.string(),
    text: z.string(),
    image_url: z.string(),
    link_title: z.string(),
    link_url: z.string(),
    go_to: z.string(),
  })
  .catchall(flatValue);
