import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentDefinition } from './content-template.js';
import { type ContentSubject, renderContent } from './render-content.js';

const subject = (more: Partial<ContentSubject> = {}): ContentSubject => ({
  attributes: { firstName: 'Zoë', budget: 0, newsletter: false, text: 'an attribute of that name' },
  tags: ['vip'],
  segments: ['loyal'],
  channel: 'web',
  event: 'order_placed',
  text: 'hola',
  properties: { total: 12.5 },
  ...more,
});
const render = (definition: object, who = subject()) =>
  renderContent('t', contentDefinition.parse(definition), who, { locale: 'en', timeZone: 'UTC' });

describe('renderContent', () => {
  it('speaks of the person and of what has just happened', () => {
    const text =
      '{{firstName}} {{text}} {{attributes.text}} {{event.name}} {{event.total}} {{channel}} {{join tags}} {{join segments}}';
    expect(render({ messages: [{ text }] }).messages).toEqual([
      { type: 'text', text: 'Zoë hola an attribute of that name order_placed 12.5 web vip loyal', choices: [] },
    ]);
  });

  it('sets a field to the value itself where nothing else stands in it', () => {
    const fields = { Budget: '{{budget}}', News: '{{ newsletter }}', Text: 'B: {{budget}}', None: '{{missing}}' };
    expect(render({ fields }).fields).toEqual({ Budget: 0, News: false, Text: 'B: 0' });
  });

  it('leaves out what came out empty or is no web address, and says so', () => {
    const { messages, quickReplies, notes } = render(
      {
        messages: [
          { text: '{{missing}}' },
          { media: 'image', url: '{{evil}}' },
          {
            text: 'Hi',
            buttons: [
              { title: 'A', url: 'https://a.test/{{url firstName}}' },
              { title: 'B', url: '{{evil}}' },
            ],
          },
          { cards: [{ title: '{{missing}}' }, { title: 'Card', image: 'not an address' }] },
        ],
        quickReplies: [{ title: '{{missing}}', goTo: 'x' }],
      },
      subject({ attributes: { firstName: 'Zoë', evil: 'javascript:alert(1)' } }),
    );
    expect(messages).toEqual([
      { type: 'text', text: 'Hi', choices: [{ title: 'A', url: 'https://a.test/Zo%C3%AB', goTo: null }] },
      { type: 'cards', cards: [{ title: 'Card', subtitle: null, imageUrl: null, url: null, choices: [] }] },
    ]);
    expect(quickReplies).toEqual([]);
    expect(notes).toHaveLength(6);
  });

  it('never throws, whatever the profile holds', () => {
    const definition = contentDefinition.parse({
      messages: [{ text: '{{a}} {{date a}}', buttons: [{ title: '{{b}}', url: '{{a}}' }] }],
      fields: { a: '{{a}}', b: 'x{{b}}' },
      addTags: ['{{a}}', '{{a}}'],
      goTo: '{{b}}',
    });
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.boolean(), fc.array(fc.string()));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'constructor', 'tags'), value), (attributes) => {
        const content = renderContent('t', definition, subject({ attributes }), { locale: 'en', timeZone: 'UTC' });
        expect(content.tagsToAdd.length).toBeLessThanOrEqual(1);
      }),
    );
  });
});
