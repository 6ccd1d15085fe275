const dayMs = 86_400_000;

/** Time until the next midnight in a time zone, to the second; on days when clocks change it may be an hour off. */
export function untilMidnightMs(now: Date, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const part = Object.fromEntries(parts.formatToParts(now).map(({ type, value }) => [type, Number(value)]));
  const { hour = 0, minute = 0, second = 0 } = part;
  return dayMs - ((hour * 60 + minute) * 60 + second) * 1_000;
}
