import { describe, expect, it } from 'vitest';
import { attribute, incoming } from '../../test/support/core.js';
import { mappingOf } from '../../test/support/delivery.js';
import type { TypedValue } from '../profiles/attribute.js';
import { ownWords, type Written } from './own-words.js';

const mapping = mappingOf({
  key: { from: { identity: 'bot/contact' }, to: 'id' },
  fields: [{ from: 'plan', to: 'Plan Type' }],
  tags: { to: 'segments' },
});
const written = (value: TypedValue, more: Partial<Written> = {}): Written => ({
  fields: { 'Plan Type': value },
  tags: [],
  dropped: [],
  ...more,
});
const said = (label: string, value: TypedValue) => incoming('1', { attributes: [{ key: 'any', label, ...value }] });
const isOwn = (wrote: TypedValue, value: TypedValue, label = 'Plan Type') =>
  ownWords(said(label, value), mapping, [written(wrote)]).attributes.has(0);
const text = (value: string): TypedValue => ({ type: 'string', value });

describe('what a chat platform repeats after us', () => {
  it.each<[string, TypedValue, TypedValue]>([
    ['a text', text('pro'), text('pro')],
    ['a number as a text', { type: 'number', value: 5 }, text('5')],
    ['a number as a number', { type: 'number', value: 0 }, { type: 'number', value: 0 }],
    ['a yes as Landbot writes it', { type: 'boolean', value: true }, text('True')],
    ['a no', { type: 'boolean', value: false }, { type: 'boolean', value: false }],
    ['a list with commas', { type: 'list', value: ['a', 'b'] }, text('a, b')],
    ['a moment without its milliseconds', { type: 'datetime', value: '2026-03-02T09:10:11.123Z' }, { type: 'datetime', value: '2026-03-02T09:10:11.000Z' }], // prettier-ignore
    ['a day', { type: 'date', value: '2026-03-02' }, { type: 'date', value: '2026-03-02' }],
    ['a day as its midnight', { type: 'date', value: '2026-03-02' }, { type: 'datetime', value: '2026-03-02T00:00:00.000Z' }], // prettier-ignore
  ])('is recognised: %s', (_what, wrote, value) => {
    expect(isOwn(wrote, value)).toBe(true);
  });

  it.each<[string, TypedValue, TypedValue]>([
    ['another text', text('pro'), text('free')],
    ['a text in another case', text('pro'), text('Pro')],
    ['another number', { type: 'number', value: 5 }, { type: 'number', value: 50 }],
    ['another moment', { type: 'datetime', value: '2026-03-02T09:10:11.000Z' }, { type: 'datetime', value: '2026-03-02T09:10:12.000Z' }], // prettier-ignore
  ])('is not: %s', (_what, wrote, value) => {
    expect(isOwn(wrote, value)).toBe(false);
  });

  it('is found by its caption, as people see it', () => {
    expect(isOwn(text('pro'), text('pro'), ' plan type ')).toBe(true);
    expect(isOwn(text('pro'), text('pro'), 'plan')).toBe(false);
  });

  it('is not what the platform had refused', () => {
    const refused = written(text('pro'), { dropped: ['Plan Type'] });
    expect(ownWords(said('Plan Type', text('pro')), mapping, [refused]).attributes.size).toBe(0);
  });

  it('are also tags, and the field in which they stand where the platform has none', () => {
    const event = incoming('1', { tagsAdded: ['vip', 'new'], attributes: [attribute('segments', 'vip, b')] });
    const own = ownWords(event, mapping, [written(text('x'), { tags: ['vip', 'b'] })]);
    expect(own).toEqual({ attributes: new Set([0]), tags: new Set(['vip']) });
  });
});
