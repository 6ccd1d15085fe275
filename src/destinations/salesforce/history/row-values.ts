import { z } from 'zod';

/** A text, or nothing. */
export const text = z.string().nullish();

/** A box; one that is not there is not ticked. */
export const flag = z
  .boolean()
  .nullish()
  .transform((ticked) => ticked === true);
