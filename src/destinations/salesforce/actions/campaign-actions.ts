import { z } from 'zod';
import { DeliveryError } from '../../delivery-error.js';
import type { ActionResult } from '../../action.js';
import type { SalesforceClient } from '../client.js';
import { createRows, inCollections, updateRows } from '../collections.js';
import { isAboutSet } from '../set-membership.js';
import { queriesByKey, soqlText } from '../soql-text.js';
import { complaintError } from '../to-delivery-error.js';
import type { SavedRow } from '../wire.js';
import type { Tools } from '../write-plan.js';
import { endCampaignMemberships } from './campaign-members.js';
import { flagInput } from './inputs.js';
import { findPeopleBehind, type PersonBehind } from './person-behind.js';
import { done, failed, resultOf, salesforceAction, type Asked } from './salesforce-action.js';

const campaign = z.string().trim().min(1).max(80).describe('Name of the campaign; made when there is none');
const addInput = z.strictObject({
  campaign,
  status: z
    .string()
    .trim()
    .max(40)
    .default('')
    .describe(
      'Member status, for example Sent; made for the campaign when it has none of that name; empty: its default',
    ),
  responded: flagInput.default(false).describe('A status that has to be made counts as a response'),
});
type AddInput = z.output<typeof addInput>;

interface Member {
  readonly asked: Asked<AddInput>;
  readonly person: PersonBehind;
  readonly campaignId: string;
}

export const campaignAdd = salesforceAction(
  {
    id: 'campaign.add',
    title: 'Add to a campaign',
    description:
      'Makes the person a member of a campaign, with a member status; a member already there gets the status.',
    input: addInput,
    nature: 'repeatable',
    subject: 'record',
    consent: null,
    scopes: ['Campaign: read, create, edit', 'Marketing User'],
    batchSize: 200,
  },
  addMembers,
);

async function addMembers(tools: Tools, asked: readonly Asked<AddInput>[]): Promise<readonly ActionResult[]> {
  const { client, campaigns } = tools;
  const people = await findPeopleBehind(
    client,
    asked.map(({ request }) => request),
    { withAccounts: false },
  );
  const ids = await campaigns.idsOf(asked.map(({ input }) => input.campaign));
  const results: ActionResult[] = [];
  const members: Member[] = [];
  for (const one of asked) {
    const person = people(one.request);
    const campaignId = ids.get(one.input.campaign);
    if (person instanceof DeliveryError) results.push(failed(one.request, person));
    else if (typeof campaignId === 'string') members.push({ asked: one, person, campaignId });
    else results.push(failed(one.request, campaignId ?? noCampaign(one.input.campaign)));
  }
  await makeStatuses(client, members);
  const rows = await inCollections(members, (some) =>
    createRows(client, 'CampaignMember', some.map(rowOf), { repeatable: true }),
  );
  const isThere = (row: SavedRow | undefined): boolean =>
    row?.errors.some(({ code }) => code === 'DUPLICATE_VALUE') === true;
  for (const [index, member] of members.entries()) {
    const row = rows[index];
    if (isThere(row)) continue;
    if (row?.errors.some(isAboutSet) === true) await campaigns.forget(member.asked.input.campaign);
    results.push(resultOf(member.asked.request, row));
  }
  return [
    ...results,
    ...(await updateMembers(
      client,
      members.filter((_member, index) => isThere(rows[index])),
    )),
  ];
}

const rowOf = ({ asked: { input }, person, campaignId }: Member) => ({
  CampaignId: campaignId,
  [person.isLead ? 'LeadId' : 'ContactId']: person.id,
  ...(input.status === '' ? {} : { Status: input.status }),
});

const statusRow = z.object({ CampaignId: z.string(), Label: z.string() });

/** Statuses belong to one campaign; a member cannot have one that its campaign does not know. */
async function makeStatuses(client: SalesforceClient, members: readonly Member[]): Promise<void> {
  const wanted = new Map(
    members
      .filter(({ asked }) => asked.input.status !== '')
      .map(({ asked: { input }, campaignId }) => [
        `${campaignId} ${input.status.toLowerCase()}`,
        { campaignId, input },
      ]),
  );
  const campaignIds = [...new Set([...wanted.values()].map(({ campaignId }) => campaignId))];
  for (const soql of queriesByKey('CampaignMemberStatus', ['CampaignId', 'Label'], 'CampaignId', campaignIds))
    for (const { CampaignId, Label } of z.array(statusRow).parse(await client.query(soql)))
      wanted.delete(`${CampaignId} ${Label.toLowerCase()}`);
  const missing = [...wanted.values()].map(({ campaignId, input }) => ({
    CampaignId: campaignId,
    Label: input.status,
    HasResponded: input.responded,
    IsDefault: false,
  }));
  // What is refused here shows itself when the member is made, in Salesforce's words.
  await inCollections(missing, (some) => createRows(client, 'CampaignMemberStatus', some, { repeatable: true }));
}

const memberRow = z.object({
  Id: z.string(),
  CampaignId: z.string(),
  ContactId: z.string().nullish(),
  LeadId: z.string().nullish(),
  Status: z.string().nullish(),
});

/** Members that are there already get the status, if it is another one. */
async function updateMembers(client: SalesforceClient, members: readonly Member[]): Promise<readonly ActionResult[]> {
  const found = new Map<string, z.infer<typeof memberRow>>();
  for (const field of ['ContactId', 'LeadId']) {
    const ids = members.filter(({ person }) => (field === 'LeadId') === person.isLead).map(({ person }) => person.id);
    const inCampaigns = ` AND CampaignId IN (${[...new Set(members.map(({ campaignId }) => soqlText(campaignId)))].join(',')})`;
    for (const soql of queriesByKey(
      'CampaignMember',
      ['Id', 'CampaignId', 'ContactId', 'LeadId', 'Status'],
      field,
      ids,
      inCampaigns,
    ))
      for (const row of z.array(memberRow).parse(await client.query(soql)))
        found.set(`${row.CampaignId} ${row.ContactId ?? row.LeadId ?? ''}`, row);
  }
  const present = members.map((member) => ({ member, row: found.get(`${member.campaignId} ${member.person.id}`) }));
  const isOther = ({ member, row }: (typeof present)[number]): boolean => {
    const { status } = member.asked.input;
    return row !== undefined && status !== '' && row.Status?.toLowerCase() !== status.toLowerCase();
  };
  const others = present.filter(isOther);
  const rows = await inCollections(others, (some) =>
    updateRows(
      client,
      'CampaignMember',
      some.map(({ member, row }) => ({ id: row?.Id ?? '', Status: member.asked.input.status })),
    ),
  );
  return [
    ...present
      .filter((one) => !isOther(one))
      .map(({ member, row }) => done(member.asked.request, row?.Id ?? null, { already: true })),
    ...others.map(({ member, row }, index) =>
      rows[index]?.success === true
        ? done(member.asked.request, row?.Id ?? null)
        : resultOf(member.asked.request, rows[index]),
    ),
  ];
}

const noCampaign = (name: string): DeliveryError =>
  new DeliveryError('transient', `The campaign "${name}" could not be found or made`, {
    code: 'NO_CAMPAIGN',
    recordOnly: true,
  });

export const campaignRemove = salesforceAction(
  {
    id: 'campaign.remove',
    title: 'Remove from a campaign',
    description: 'Ends the person’s membership of a campaign.',
    input: z.strictObject({ campaign: z.string().trim().min(1).max(80).describe('Name of the campaign') }),
    nature: 'repeatable',
    subject: 'record',
    consent: null,
    scopes: ['Campaign: read, edit', 'Marketing User'],
    batchSize: 200,
  },
  async ({ client }, asked) => {
    const people = await findPeopleBehind(
      client,
      asked.map(({ request }) => request),
      { withAccounts: false },
    );
    const living = asked.flatMap((one) => {
      const person = people(one.request);
      return person instanceof DeliveryError ? [] : [{ one, person, campaign: one.input.campaign }];
    });
    const ended = await endCampaignMemberships(client, living);
    return asked.map(({ request }): ActionResult => {
      const index = living.findIndex(({ one }) => one.request === request);
      const row = ended[index] ?? null;
      if (row === null) return done(request, null, { already: true });
      const complaint = row.errors.find(({ code }) => code !== 'ENTITY_IS_DELETED');
      return complaint === undefined ? done(request, row.id ?? null) : failed(request, complaintError(complaint, 200));
    });
  },
);
