import { describe, expect, it } from 'vitest';
import { abandonedCart, minute, day, rehearseSegments } from '../support/segments.js';

const { clock, rows, define, backfill, say, stays, fires } = rehearseSegments();

describe('time', () => {
  it('makes somebody enter at the very moment, with nothing but the clock', async () => {
    await define({ abandoned: abandonedCart });
    await backfill();
    const { id, segments } = await say('ada', {}, 'cart');
    expect(segments).toEqual([]);
    const began = clock.now().getTime();
    clock.forward(day - 1);
    await fires();
    expect(await stays(id)).toEqual([]);
    clock.forward(1);
    await fires();
    expect(await stays(id)).toMatchObject([
      { segment: 'abandoned', entered_by: 'clock', entered_at: new Date(began + day), left_at: null },
    ]);
  });

  it('makes nobody enter who did it in time', async () => {
    await define({ abandoned: abandonedCart });
    await backfill();
    const { id } = await say('ada', {}, 'cart');
    clock.forward(minute);
    await say('ada', {}, 'order');
    clock.forward(2 * day);
    await fires();
    expect(await stays(id)).toEqual([]);
  });

  it('that was slept through is put down to the moment at which it was due', async () => {
    await define({ abandoned: abandonedCart });
    await backfill();
    const { id } = await say('ada', {}, 'cart');
    const began = clock.now().getTime();
    clock.forward(3 * day);
    await fires();
    expect(await stays(id)).toMatchObject([{ entered_at: new Date(began + day), left_at: null }]);
    clock.forward(5 * day);
    await fires();
    expect(await stays(id)).toMatchObject([{ left_by: 'clock', left_at: new Date(began + 7 * day) }]);
    expect(await rows('SELECT 1 FROM segment_rechecks')).toEqual([]);
  });

  it('does not find anybody who was forgotten or became somebody else meanwhile', async () => {
    await define({ abandoned: abandonedCart });
    await backfill();
    const { id } = await say('ada', {}, 'cart');
    await rows('DELETE FROM profiles WHERE id = $1', [id]);
    clock.forward(day);
    await fires();
    expect(await stays(id)).toEqual([]);
  });

  it('that makes somebody be asked about a new rule as well did not make them fit it', async () => {
    await define({ abandoned: abandonedCart });
    await backfill();
    const { id } = await say('ada', {}, 'cart');
    clock.forward(day - minute);
    await define({
      quiet: {
        all: [
          {
            events: { names: ['cart'] },
            within: { last: { hours: 1 } },
            measure: 'count',
            operator: 'equals',
            value: 0,
          },
        ],
      },
    });
    clock.forward(minute);
    await fires();
    expect(await stays(id)).toMatchObject([
      { segment: 'abandoned', entered_by: 'clock' },
      { segment: 'quiet', entered_by: 'backfill' },
    ]);
  });
});
