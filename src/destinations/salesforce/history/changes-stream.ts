import type { PullPage, PullRequest } from '../../remote-fact.js';
import { userIdOf } from '../identity.js';
import { kindsOf, type PersonKind } from '../person-kind.js';
import type { Tools } from '../write-plan.js';
import { changedRows, pageOf } from './changed-rows.js';
import { factsOfPerson, fieldsToRead } from './facts-of-person.js';
import { minuteMs, type SalesforceStream } from './history-stream.js';
import { inTurn } from './in-turn.js';

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
  pull: (tools, request) =>
    inTurn(
      kindsOf(request.object).map((kind) => (part) => pullKind(tools, part, kind)),
      request,
    ),
};

async function pullKind({ client, schemas }: Tools, request: PullRequest, kind: PersonKind): Promise<PullPage> {
  const schema = await schemas.get(kind.sobject);
  const page = await changedRows(client, request, {
    object: kind.sobject,
    fields: fieldsToRead(kind, schema, request.fields),
    scope: 'all',
    pageSize: 200,
    ...(kind.id === 'PersonAccount' ? { where: 'IsPersonAccount = true' } : {}),
  });
  const us = await userIdOf(client);
  const sight = { kind, schema, fields: request.fields, us, settings: client.settings };
  return { ...pageOf(page), facts: page.rows.flatMap((row) => factsOfPerson(row, sight)) };
}
