import { z } from 'zod';
import type { Json } from '../../destination.js';
import type { PullPage, PullRequest } from '../../remote-fact.js';

/** Which part is being read, where in it, and the watermarks of those that are done. */
const cursorSchema = z.object({ part: z.int().min(0), inner: z.json(), watermarks: z.array(z.json()) });
const watermarkSchema = z.array(z.json());

/** One part of a stream that has several; null: the org has nothing of the kind. */
export type Part = (request: PullRequest) => Promise<PullPage | null>;

/** A stream that reads several objects, one after the other, each with a watermark of its own. */
export async function inTurn(parts: readonly Part[], request: PullRequest): Promise<PullPage> {
  const before = request.watermark === null ? [] : watermarkSchema.parse(request.watermark);
  const { part, inner, watermarks }: z.infer<typeof cursorSchema> =
    request.cursor === null ? { part: 0, inner: null, watermarks: [] } : cursorSchema.parse(request.cursor);
  const present: Json = before[part] ?? null;
  const page = (await parts[part]?.({ ...request, cursor: inner, watermark: present })) ?? nothing(present);
  const kept = [...watermarks.slice(0, part), page.watermark];
  const next = page.cursor === null ? part + 1 : part;
  const isLast = next >= parts.length;
  return { ...page, cursor: isLast ? null : { part: next, inner: page.cursor, watermarks: kept }, watermark: kept };
}

const nothing = (watermark: Json): PullPage => ({ facts: [], cursor: null, watermark, done: 0, total: null });
