/**
 * PostgreSQL's binary form of one-dimensional arrays, for statements that carry a whole batch. Text arrays would be escaped
 * by us and unescaped by PostgreSQL, character by character, which is most of the cost of a batch.
 *
 * The driver sends a Buffer as a binary parameter, so `$1::text[]` and its like take these as they are.
 *
 * @see https://github.com/postgres/postgres/blob/REL_18_STABLE/src/backend/utils/adt/arrayfuncs.c (array_recv)
 */
const oids = { boolean: 16, int4: 23, text: 25, timestamptz: 1184, uuid: 2950, jsonb: 3802 } as const;

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
  write: (buffer, value, at) => buffer.write(value.replaceAll('-', ''), at, 16, 'hex'),
};
const int4: ElementType<number> = {
  oid: oids.int4,
  most: () => 4,
  write: (buffer, value, at) => buffer.writeInt32BE(value, at) - at,
};
const boolean: ElementType<boolean> = {
  oid: oids.boolean,
  most: () => 1,
  write: (buffer, value, at) => buffer.writeUInt8(value ? 1 : 0, at) - at,
};
/** Microseconds since 2000-01-01. */
const timestamptz: ElementType<Date> = {
  oid: oids.timestamptz,
  most: () => 8,
  write: (buffer, value, at) => buffer.writeBigInt64BE(BigInt(value.getTime() - 946_684_800_000) * 1_000n, at) - at,
};

function encoder<T>(type: ElementType<T>): (values: readonly (T | null)[]) => Buffer {
  return (values) => {
    let size = headerBytes;
    let hasNull = 0;
    for (const value of values) {
      size += lengthBytes;
      if (value === null) hasNull = 1;
      else size += type.most(value);
    }
    const buffer = Buffer.allocUnsafe(size);
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
    return buffer.subarray(0, at);
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
/** `boolean[]` */
export const booleanArray = encoder(boolean);
/** `timestamptz[]` */
export const timestampArray = encoder(timestamptz);
