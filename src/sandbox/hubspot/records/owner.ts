import { z } from 'zod';

export const ownerSchema = z.object({
  id: z.string(),
  userId: z.int().nullable(),
  email: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  archived: z.boolean().default(false),
  createdAt: z.iso.datetime().default('2026-01-05T08:00:00.000Z'),
  updatedAt: z.iso.datetime().default('2026-01-05T08:00:00.000Z'),
});

/** Who works in a fresh account. */
export const freshOwners = [
  { id: '61001', userId: 5_501, email: 'carmen@parley.example', firstName: 'Carmen', lastName: 'Ortega' },
  { id: '61002', userId: 5_502, email: 'jonas@parley.example', firstName: 'Jonas', lastName: 'Weber' },
];
