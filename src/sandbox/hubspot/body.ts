import { z } from 'zod';
import { unreadable } from './problem.js';

/** @throws Problem in HubSpot's words for JSON of the wrong shape */
export function parsedBody<T>(schema: z.ZodType<T>, body: unknown, builds = ''): T {
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  const absent = result.error.issues
    .filter(({ code, path }) => code === 'invalid_type' && path.length === 1)
    .map(({ path }) => String(path[0]));
  if (builds !== '' && absent.length > 0)
    throw unreadable(`Cannot build ${builds}, some of required attributes are not set [${absent.join(', ')}]`);
  throw unreadable(z.prettifyError(result.error));
}
