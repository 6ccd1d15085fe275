import { z } from 'zod';

/** Templates make texts of everything, so numbers are read from texts as well. */
export const numberInput = z.union([
  z.number(),
  z
    .string()
    .trim()
    .regex(/^-?\d+(\.\d+)?$/, 'must be a number such as 1250.50')
    .transform(Number),
]);

export const flagInput = z.union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')]);

/** A day, or in how many days from now. */
export const dayInput = z.union([
  z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a day such as 2026-05-31, or a number of days from now'),
  numberInput.pipe(z.int().min(0).max(3_650)),
]);

const dayMs = 86_400_000;

export const dayOf = (input: z.output<typeof dayInput>, from: Date): string =>
  typeof input === 'string' ? input : new Date(from.getTime() + input * dayMs).toISOString().slice(0, 10);

export const userInput = z
  .string()
  .trim()
  .min(1)
  .describe('User name, e-mail address or id of a user, or name or id of a queue');

export const nameOfObject = /^[A-Za-z][A-Za-z0-9_]*$/;
