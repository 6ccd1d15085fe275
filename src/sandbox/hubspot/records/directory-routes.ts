import type { Account } from '../account.js';
import { invalid, notFound } from '../problem.js';
import { type Call, ok, paged, type Route } from '../route.js';
import type { State } from '../state.js';

type Pipelines = State['pipelines'];
type Pipeline = Pipelines['deals'][number];

const pipelineScopes = ['crm.objects.deals.read', 'crm.schemas.deals.read', 'tickets', 'crm.objects.tickets.read'];
const ownerScopes = ['crm.objects.owners.read'];

/** What ids in records stand for: owners, pipelines and their stages. */
export function directoryRoutes(account: Account): Route[] {
  const pipelines = ({ params }: Call): Pipeline[] => {
    const kinds: Readonly<Record<string, keyof Pipelines>> = {
      deals: 'deals',
      deal: 'deals',
      '0-3': 'deals',
      tickets: 'tickets',
      ticket: 'tickets',
      '0-5': 'tickets',
    };
    const kind = kinds[params.objectType ?? ''];
    if (kind === undefined) throw invalid(`The object type ${params.objectType ?? ''} has no pipelines`);
    return account.data.pipelines[kind];
  };
  return [
    { method: 'GET', path: '/crm/v3/owners', scopes: ownerScopes, handle: (call) => owners(account, call) },
    {
      method: 'GET',
      path: '/crm/v3/owners/:id',
      scopes: ownerScopes,
      handle: ({ params, query }) => {
        const found = account.data.owners.find((owner) =>
          query.idProperty === 'userId' ? String(owner.userId) === params.id : owner.id === params.id,
        );
        if (found === undefined) throw notFound();
        return ok(ownerAnswer(found));
      },
    },
    {
      method: 'GET',
      path: '/crm/v3/pipelines/:objectType',
      scopes: pipelineScopes,
      handle: (call) => ok({ results: pipelines(call).map(pipelineAnswer) }),
    },
    {
      method: 'GET',
      path: '/crm/v3/pipelines/:objectType/:id',
      scopes: pipelineScopes,
      handle: (call) => {
        const found = pipelines(call).find(({ id }) => id === call.params.id);
        if (found === undefined) throw notFound();
        return ok(pipelineAnswer(found));
      },
    },
  ];
}

function owners(account: Account, call: Call): ReturnType<typeof ok> {
  const { email, archived } = call.query;
  const wanted = account.data.owners.filter(
    (owner) => owner.archived === (archived === 'true') && (email === undefined || owner.email === email.toLowerCase()),
  );
  return ok(paged(call, wanted, ownerAnswer, { usual: 100, most: 500, path: '/crm/v3/owners' }));
}

/** Who has left has no user id any more. */
const ownerAnswer = ({ userId, ...owner }: State['owners'][number]): object => ({
  ...owner,
  type: 'PERSON',
  userId: owner.archived ? null : userId,
  userIdIncludingInactive: userId,
  teams: [],
});

const pipelineAnswer = ({ stages, ...pipeline }: Pipeline): object => {
  const { createdAt, updatedAt } = pipeline;
  return {
    ...pipeline,
    archived: false,
    stages: stages.map((stage) => ({
      ...stage,
      createdAt,
      updatedAt,
      archived: false,
      writePermissions: 'CRM_PERMISSIONS_ENFORCEMENT',
    })),
  };
};
