/**
 * PostgreSQL's binary form of one-dimensional arrays, for statements that carry a whole batch. Text arrays would be escaped
 * by us and unescaped by PostgreSQL, character by character, which is most of the cost of a batch.
 *
 * The driver sends a Buffer as a binary parameter, so `$1::text[]` and its like take these as they are.
 *
 * @see https://github.com/postgres/postgres/blob/REL_18_STABLE/src/backend/utils/adt/arrayfuncs.c (array_recv)
 */
const oids = { int4: 23, text: 25, timestamptz: 1184, uuid: 2950, jsonb: 3802 } as const;

/** Dimensions, flags, element type, length and lower bound of the one dimension: five int32. */
const headerBytes = 20;
const lengthBytes = 4;

/** Writes one element at `at` and returns its bytes; the buffer has room for what `most` said. */
interface ElementType<T> {
  readonly oid: number;
  most(value: T): number;
  write(buffer: Buffer, value: T, at: number): number;
}

// A UTF-16 code unit becomes three bytes of UTF-8 at most.
const text: ElementType<string> = {
  oid: oids.text,
  most: (value) => value.length * 3,
  write: (buffer, value, at) => buffer.write(value, at, 'utf8'),
};
const jsonb: ElementType<string> = {
  oid: oids.jsonb,
  most: (value) => value.length * 3 + 1,
  write: (buffer, value, at) => {
    buffer[at] = 1; // the version of the format
    return 1 + buffer.write(value, at + 1, 'utf8');
  },
};
const uuid: ElementType<string> = {
  oid: oids.uuid,
  most: () => 16,
  write: writeUuid,
};
const int4: ElementType<number> = {
  oid: oids.int4,
  most: () => 4,
  write: (buffer, value, at) => buffer.writeInt32BE(value, at) - at,
};
/** Microseconds since 2000-01-01. */
const timestamptz: ElementType<Date> = {
  oid: oids.timestamptz,
  most: () => 8,
  write: writeMicroseconds,
};

/** Value of each hexadecimal digit, by its character code; 16: it is none. */
const hexDigits = new Uint8Array(128).fill(16);
for (let value = 0; value < 16; value += 1) {
  const digit = value.toString(16);
  hexDigits[digit.charCodeAt(0)] = value;
  hexDigits[digit.toUpperCase().charCodeAt(0)] = value;
}
const hyphen = '-'.charCodeAt(0);

/** Stops at what is no hexadecimal digit; PostgreSQL refuses a UUID that is too short. */
function writeUuid(buffer: Buffer, uuidText: string, at: number): number {
  let to = at;
  for (let from = 0; from < uuidText.length; from += 2) {
    if (uuidText.charCodeAt(from) === hyphen) from += 1;
    const high = hexDigits[uuidText.charCodeAt(from)] ?? 16;
    const low = hexDigits[uuidText.charCodeAt(from + 1)] ?? 16;
    if ((high | low) > 15) break;
    buffer[to] = (high << 4) | low;
    to += 1;
  }
  return to - at;
}

const year2000Ms = 946_684_800_000;
const twoTo32 = 2 ** 32;

function writeMicroseconds(buffer: Buffer, value: Date, at: number): number {
  const sinceMs = value.getTime() - year2000Ms;
  const micros = sinceMs * 1_000;
  // Some 280 years around 2000 fit a number exactly; a BigInt is an object, made for each value.
  if (!Number.isSafeInteger(micros)) return buffer.writeBigInt64BE(BigInt(sinceMs) * 1_000n, at) - at;
  const high = Math.floor(micros / twoTo32);
  buffer.writeInt32BE(high, at);
  buffer.writeUInt32BE(micros - high * twoTo32, at + 4);
  return 8;
}

/** Room to write in: `most` asks for three times what comes, and memory that large is costly to get anew for each array. */
const scratch = Buffer.allocUnsafeSlow(1024 * 1024);

function encoder<T>(type: ElementType<T>): (values: readonly (T | null)[]) => Buffer {
  return (values) => {
    let size = headerBytes;
    let hasNull = 0;
    for (const value of values) {
      size += lengthBytes;
      if (value === null) hasNull = 1;
      else size += type.most(value);
    }
    const buffer = size <= scratch.length ? scratch : Buffer.allocUnsafe(size);
    buffer.writeInt32BE(1, 0);
    buffer.writeInt32BE(hasNull, 4);
    buffer.writeInt32BE(type.oid, 8);
    buffer.writeInt32BE(values.length, 12);
    buffer.writeInt32BE(1, 16);
    let at = headerBytes;
    for (const value of values) {
      const bytes = value === null ? 0 : type.write(buffer, value, at + lengthBytes);
      buffer.writeInt32BE(value === null ? -1 : bytes, at);
      at += lengthBytes + bytes;
    }
    const written = buffer.subarray(0, at);
    return buffer === scratch ? Buffer.from(written) : written;
  };
}

/** `text[]` */
export const textArray = encoder(text);
/** `jsonb[]`, of JSON texts */
export const jsonbArray = encoder(jsonb);
/** `uuid[]` */
export const uuidArray = encoder(uuid);
/** `int4[]` */
export const intArray = encoder(int4);
/** `timestamptz[]` */
export const timestampArray = encoder(timestamptz);
