/** Names that many systems still send, or that the runtime lists under an older one. Those it does not know are left out. */
const otherNames = [
  'UTC', 'GMT', 'Etc/UTC', 'Etc/GMT', 'Asia/Kolkata', 'Asia/Calcutta', 'Asia/Kathmandu', 'Asia/Yangon', 'Asia/Saigon',
  'Asia/Ho_Chi_Minh', 'Europe/Kyiv', 'Europe/Kiev', 'America/Argentina/Buenos_Aires', 'America/Buenos_Aires', 'America/Nuuk',
  'Atlantic/Faroe', 'Pacific/Kanton', 'US/Eastern', 'US/Central', 'US/Mountain', 'US/Pacific', 'US/Arizona', 'US/Alaska',
  'US/Hawaii', 'Canada/Eastern', 'Canada/Central', 'Canada/Mountain', 'Canada/Pacific', 'Canada/Atlantic',
]; // prettier-ignore

/** Every spelling we read of a distance to UTC, ManyChat's `UTC-07` and `UTC±00` among them, by steps of a quarter of an hour. */
function* fixedDistances(): Generator<readonly [written: string, id: string]> {
  yield ['UTC±00', '+00:00'];
  for (let minutes = -12 * 60; minutes <= 14 * 60; minutes += 15) {
    const [hour, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((n) =>
      String(n).padStart(2, '0'),
    );
    const id = `${minutes < 0 ? '-' : '+'}${hour}:${rest}`;
    yield [`UTC${id}`, id];
    if (rest === '00') yield [`UTC${id.slice(0, 3)}`, id];
  }
}

const isKnown = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false; // Intl throws a RangeError for a name it does not know
  }
};

/**
 * Every spelling of a time zone that counts, with the name the calendar wants. A closed list, so that SQL can be given the
 * same one: a profile whose zone is not in it counts as one without.
 */
export const zoneIds: ReadonlyMap<string, string> = new Map([
  ...Intl.supportedValuesOf('timeZone').map((name) => [name, name] as const),
  ...otherNames.filter(isKnown).map((name) => [name, name] as const),
  ...fixedDistances(),
]);

export const isTimeZone = (name: string): boolean => zoneIds.has(name);
