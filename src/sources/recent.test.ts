import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Recent } from './recent.js';

it('holds the last few of whatever was added, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 8 }), (items, most) => {
      const recent = new Recent<number>(most);
      for (const item of items) recent.add(item);
      expect(recent.take()).toEqual(items.slice(-most));
      recent.add(7);
      expect(recent.take()).toEqual([7]);
    }),
  );
});
