import type { PullPage, PullRequest } from '../../remote-fact.js';
import { userIdOf } from '../identity.js';
import { optOutBoxes } from '../opt-outs.js';
import { kindsOf, type PersonKind } from '../person-kind.js';
import type { Tools } from '../write-plan.js';
import { changedRows, pageOf } from './changed-rows.js';
import { factsOfPerson, fieldsToRead, hasTicked } from './facts-of-person.js';
import { minuteMs, type SalesforceStream } from './history-stream.js';
import { inTurn } from './in-turn.js';
import { tickedAt } from './opt-out-history.js';

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

async function pullKind(tools: Tools, request: PullRequest, kind: PersonKind): Promise<PullPage> {
  const { client, schemas } = tools;
  const schema = await schemas.get(kind.sobject);
  const page = await changedRows(client, request, {
    object: kind.sobject,
    fields: fieldsToRead(kind, schema, request.fields),
    scope: 'all',
    pageSize: 200,
    ...(kind.id === 'PersonAccount' ? { where: 'IsPersonAccount = true' } : {}),
  });
  const us = await userIdOf(client);
  const common = { kind, schema, fields: request.fields, us, settings: client.settings };
  const ticked = page.rows.filter((row) => hasTicked(row, common)).map(({ Id }) => String(Id));
  const boxes = optOutBoxes(kind, client.settings).map(({ field }) => field);
  const sight = { ...common, tickedAt: await tickedAt(tools, kind, ticked, boxes) };
  return { ...pageOf(page), facts: page.rows.flatMap((row) => factsOfPerson(row, sight)) };
}
