import { createHash } from 'node:crypto';

/**
 * Draws the same share of profiles again and again: an arithmetic hash of the profile's id that JavaScript and PostgreSQL both do
 * exactly. `h = (a·x + b·y + c) mod p`, x and y being 24 bits each of the id's random part; drawn is who has h < limit.
 */
export interface RandomDraw {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly limit: number;
}

/** A prime; a·x + b·y + c stays below 2^53, which a number holds exactly. */
export const drawPrime = 2_147_483_647;
/** Where in the id's text x and y stand: its last twelve hexadecimal digits, which every version of UUID draws at random. */
export const drawPlaces = { x: 24, y: 30, digits: 6 } as const;

/** @param percent from 0 to 100 */
export function randomDraw(percent: number, salt: string): RandomDraw {
  const bytes = createHash('sha256').update(salt).digest();
  const limit = Math.round((percent / 100) * drawPrime);
  return { a: factor(bytes.readUInt32BE(0)), b: factor(bytes.readUInt32BE(4)), c: bytes.readUIntBE(8, 3), limit };
}

/** 28 bits, odd and so never 0: each half of the id counts. */
const factor = (bits: number): number => (bits >>> 4) | 1;

/** @param id of a profile, as PostgreSQL writes it */
export function isDrawn({ a, b, c, limit }: RandomDraw, id: string): boolean {
  return (a * hexadecimal(id, drawPlaces.x) + b * hexadecimal(id, drawPlaces.y) + c) % drawPrime < limit;
}

function hexadecimal(id: string, from: number): number {
  let value = 0;
  for (let at = from; at < from + drawPlaces.digits; at += 1) {
    const code = id.charCodeAt(at);
    value = value * 16 + (code <= 57 ? code - 48 : code - 87);
  }
  return value;
}
