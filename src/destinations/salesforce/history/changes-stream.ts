import { z } from 'zod';
import type { PullPage, PullRequest } from '../../remote-fact.js';
import { userIdOf } from '../identity.js';
import { kindsOf, type PersonKind } from '../person-kind.js';
import type { Tools } from '../write-plan.js';
import { changedRows } from './changed-rows.js';
import { factsOfPerson, fieldsToRead } from './facts-of-person.js';
import { minuteMs, type SalesforceStream } from './history-stream.js';

/** Which kind of person is being read, and where in it; a mapping to leads and contacts reads one after the other. */
const cursorSchema = z.object({ kind: z.int().min(0), inner: z.json(), watermarks: z.array(z.json()) });
const watermarkSchema = z.array(z.json());

export const changesStream: SalesforceStream = {
  declaration: {
    id: 'changes',
    title: 'Changed people',
    description:
      'What the records of the mapping say now: fields the mapping reads, opt-outs, the owner, the last activity; deleted and merged records as well.',
    scopes: ['the mapped object: read'],
    incremental: true,
    everyMs: 5 * minuteMs,
  },
  pull: (tools, request) => {
    const kinds = kindsOf(request.object);
    const before = request.watermark === null ? [] : watermarkSchema.parse(request.watermark);
    const place =
      request.cursor === null ? { kind: 0, inner: null, watermarks: [] } : cursorSchema.parse(request.cursor);
    const kind = kinds[place.kind];
    if (kind === undefined)
      return Promise.resolve({ facts: [], cursor: null, watermark: place.watermarks, done: 0, total: null });
    return pullKind(tools, request, kind, { ...place, kinds: kinds.length, watermark: before[place.kind] ?? null });
  },
};

interface Place extends z.infer<typeof cursorSchema> {
  readonly kinds: number;
  readonly watermark: z.infer<ReturnType<typeof z.json>>;
}

async function pullKind(tools: Tools, request: PullRequest, kind: PersonKind, place: Place): Promise<PullPage> {
  const { client, schemas } = tools;
  const schema = await schemas.get(kind.sobject);
  const fields = fieldsToRead(kind, schema, request.fields);
  const inner = { ...request, cursor: place.inner, watermark: place.watermark };
  const where = kind.id === 'PersonAccount' ? { where: 'IsPersonAccount = true' } : {};
  const page = await changedRows(client, inner, {
    object: kind.sobject,
    fields,
    scope: 'all',
    pageSize: 200,
    ...where,
  });
  const us = await userIdOf(client);
  const facts = page.rows.flatMap((row) =>
    factsOfPerson(row, { kind, schema, fields: request.fields, us, settings: client.settings }),
  );
  const watermarks = [...place.watermarks.slice(0, place.kind), page.watermark];
  const next = page.cursor === null ? place.kind + 1 : place.kind;
  const isLast = next >= place.kinds;
  return {
    facts,
    cursor: isLast ? null : { kind: next, inner: page.cursor, watermarks },
    watermark: watermarks,
    done: page.done,
    total: page.total,
  };
}
