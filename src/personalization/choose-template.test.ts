import { describe, expect, it } from 'vitest';
import { chooseTemplate } from './choose-template.js';

const template = (key: string, moment: string, segment: string | null = null, priority = 0) => ({
  key,
  moment,
  segment,
  priority,
});

describe('chooseTemplate', () => {
  const templates = [
    template('any', '*'),
    template('any-vip', '*', 'vip', 9),
    template('order', 'order_placed'),
    template('order-loyal', 'order_placed', 'loyal', 5),
    template('order-vip', 'order_placed', 'vip', 5),
    template('order-new', 'order_placed', 'new', 1),
  ];
  const chosen = (event: string, ...segments: string[]) => chooseTemplate(templates, { event, segments })?.key;

  it.each([
    ['order_placed', [], 'order'],
    ['order_placed', ['new'], 'order-new'],
    ['order_placed', ['new', 'vip'], 'order-vip'],
    ['order_placed', ['vip', 'loyal'], 'order-loyal'],
    ['message', [], 'any'],
    ['message', ['vip'], 'any-vip'],
  ])('for %s and the segments %j is %s', (event, segments, key) => expect(chosen(event, ...segments)).toBe(key));

  it('falls back to one for every event only where none for this event fits', () => {
    const only = [template('any', '*', null, 100), template('order', 'order_placed', null, -100)];
    expect(chooseTemplate(only, { event: 'order_placed', segments: [] })?.key).toBe('order');
    expect(
      chooseTemplate([template('vip', 'order_placed', 'vip')], { event: 'order_placed', segments: [] }),
    ).toBeNull();
  });
});
