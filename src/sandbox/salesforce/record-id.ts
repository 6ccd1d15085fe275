const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const checksumDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

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

/** The 15-character form and the 18-character form name the same record: this is the second one. */
export function fullId(id: string): string {
  return id.length === 15 ? withChecksum(id) : id;
}

/** Three more characters that say which of the fifteen are capitals, so that ids survive systems that ignore case. */
function withChecksum(id15: string): string {
  const checksum = [0, 5, 10].map((start) => {
    const isCapital = (position: number): boolean => /[A-Z]/.test(id15.charAt(start + position));
    const capitals = [0, 1, 2, 3, 4].filter(isCapital).reduce((bits, position) => bits + 2 ** position, 0);
    return checksumDigits.charAt(capitals);
  });
  return id15 + checksum.join('');
}
