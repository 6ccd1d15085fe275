const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const checksumDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
/** Serials from here on belong to what a fresh org has; no org ever counts so far. */
const firstSeed = 62 ** 6;

/** An 18-character record id with a valid checksum, as the `serial`-th record of the object with this key prefix. */
export function recordId(keyPrefix: string, serial: number): string {
  let rest = serial;
  let tail = '';
  while (tail.length < 7) {
    tail = digits.charAt(rest % digits.length) + tail;
    rest = Math.floor(rest / digits.length);
  }
  return withChecksum(`${keyPrefix}B0000${tail}`);
}

/** The id of something that is there from the beginning. */
export const seedId = (keyPrefix: string, serial: number): string => recordId(keyPrefix, firstSeed + serial);

/** The 15-character form and the 18-character form name the same record: this is the second one. */
export function fullId(id: string): string {
  return id.length === 15 ? withChecksum(id) : id;
}

/** Whether a text can be a record's id at all, in either form. */
export const isRecordId = (text: string): boolean =>
  /^[A-Za-z0-9]{15}$/.test(text) || (/^[A-Za-z0-9]{18}$/.test(text) && withChecksum(text.slice(0, 15)) === text);

/** Three more characters that say which of the fifteen are capitals, so that ids survive systems that ignore case. */
function withChecksum(id15: string): string {
  const checksum = [0, 5, 10].map((start) => {
    const isCapital = (position: number): boolean => /[A-Z]/.test(id15.charAt(start + position));
    const capitals = [0, 1, 2, 3, 4].filter(isCapital).reduce((bits, position) => bits + 2 ** position, 0);
    return checksumDigits.charAt(capitals);
  });
  return id15 + checksum.join('');
}
