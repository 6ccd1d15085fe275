import { z } from 'zod';

const leastMinutes = 1;
const weekMinutes = 7 * 24 * 60;

/** What an admin says of reading a destination's history: `pulls` of a destination. */
export const pullSettings = z
  .strictObject({
    importUnknown: z
      .boolean()
      .default(false)
      .describe('People we have never heard of become profiles; otherwise what is told of them is left out'),
    notBefore: z.iso
      .date()
      .optional()
      .describe('Nothing that happened before this day is read, for example 2026-01-01'),
    streams: z
      .record(
        z.string(),
        z.union([
          z.literal('off'),
          z.strictObject({ everyMinutes: z.number().int().min(leastMinutes).max(weekMinutes) }),
        ]),
      )
      .default({})
      .describe('How often each stream is read, or off; left out: as the provider suggests'),
  })
  .default({ importUnknown: false, streams: {} });
export type PullSettings = z.output<typeof pullSettings>;

/** How often a stream is read, in ms; null: not at all. */
export function everyMsOf(
  stream: { readonly id: string; readonly everyMs: number },
  settings: PullSettings,
): number | null {
  const said = settings.streams[stream.id];
  if (said === 'off') return null;
  return said === undefined ? stream.everyMs : said.everyMinutes * 60_000;
}
