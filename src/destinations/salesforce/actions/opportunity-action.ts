import { z } from 'zod';
import type { ActionRequest, ActionResult } from '../../action.js';
import { DeliveryError } from '../../delivery-error.js';
import type { WireRecord } from '../collections.js';
import { passAlerts } from '../collections.js';
import { soqlText } from '../soql-text.js';
import { complaintError } from '../to-delivery-error.js';
import { complaint } from '../wire.js';
import type { Tools } from '../write-plan.js';
import { dayInput, dayOf, numberInput } from './inputs.js';
import { findPeopleBehind, type PersonBehind } from './person-behind.js';
import { done, eachAlone, salesforceAction, type Asked } from './salesforce-action.js';

const input = z.strictObject({
  name: z.string().trim().min(1).max(120).describe('Name of the opportunity: an open one of this name is updated'),
  stage: z.string().trim().min(1).max(255).describe('A stage of the org'),
  amount: numberInput.optional().describe('Amount, in the currency of the org'),
  closes: dayInput.default(30).describe('Close date, or in how many days'),
  fields: z
    .record(z.string().regex(/^\w+$/), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe('Other fields of the opportunity, by API name'),
});
type Input = z.output<typeof input>;

/** An external id of the opportunity, if the admin has made it. */
const keyField = 'Parley_Id__c';

export const opportunityCreateOrUpdate = salesforceAction(
  {
    id: 'opportunity.create_or_update',
    title: 'Create or update an opportunity',
    description:
      'Updates the person’s open opportunity of this name, or makes one with the person as its primary contact.',
    input,
    nature: 'repeatable', // it is looked for before it is made
    subject: 'record',
    consent: null,
    scopes: ['Opportunity: read, create, edit'],
    batchSize: 20,
  },
  async (tools, asked) => {
    const people = await findPeopleBehind(
      tools.client,
      asked.map(({ request }) => request),
      { withAccounts: true },
    );
    return eachAlone(asked, (one) => {
      const person = people(one.request);
      return person instanceof DeliveryError ? Promise.reject(person) : save(tools, one, person);
    });
  },
);

async function save(
  tools: Tools,
  { request, input: given }: Asked<Input>,
  person: PersonBehind,
): Promise<ActionResult> {
  if (person.isLead)
    throw new DeliveryError('rejected', 'A lead has no opportunities: it has to be converted first', {
      code: 'LEAD_HAS_NO_OPPORTUNITIES',
      recordOnly: true,
    });
  tools.client.checkBudget();
  const values = {
    ...given.fields,
    Name: given.name,
    StageName: given.stage,
    CloseDate: dayOf(given.closes, tools.client.context.now()),
    ...(given.amount === undefined ? {} : { Amount: given.amount }),
  };
  const open = await findOpen(tools, person, given.name);
  if (open === null) return create(tools, request, person, values);
  const url = `/sobjects/Opportunity/${open}`;
  await tools.client.request(
    { operation: 'opportunity.update', records: 1, repeatable: true },
    { method: 'PATCH', url, body: values, headers: passAlerts },
    z.unknown(),
  );
  return done(request, open, { detail: { created: false } });
}

const roleRow = z.object({ OpportunityId: z.string() });

async function findOpen({ client }: Tools, { id }: PersonBehind, name: string): Promise<string | null> {
  const soql = `SELECT OpportunityId FROM OpportunityContactRole WHERE ContactId = ${soqlText(id)} AND Opportunity.Name = ${soqlText(name)} AND Opportunity.IsClosed = false`;
  const found = z.array(roleRow).parse(await client.query(soql));
  return found.map(({ OpportunityId }) => OpportunityId).sort()[0] ?? null;
}

const compositeAnswer = z.object({
  compositeResponse: z.array(
    z.object({
      referenceId: z.string(),
      httpStatusCode: z.number(),
      body: z.union([z.array(complaint), z.object({ id: z.string() })]).nullable(),
    }),
  ),
});

/** Opportunity and contact role together or not at all: an opportunity of nobody would be found by nobody. */
async function create(
  tools: Tools,
  request: ActionRequest,
  person: PersonBehind,
  values: WireRecord,
): Promise<ActionResult> {
  const { client, schemas } = tools;
  const { apiVersion } = client.settings;
  const hasKey = (await schemas.find('Opportunity'))?.fields.get(keyField)?.createable === true;
  const path = `/services/data/v${apiVersion}/sobjects`;
  const body = {
    allOrNone: true,
    compositeRequest: [
      {
        method: 'POST',
        url: `${path}/Opportunity`,
        referenceId: 'opportunity',
        body: { ...values, AccountId: person.accountId, ...(hasKey ? { [keyField]: request.runId } : {}) },
      },
      {
        method: 'POST',
        url: `${path}/OpportunityContactRole`,
        referenceId: 'role',
        body: { OpportunityId: '@{opportunity.id}', ContactId: person.id, IsPrimary: true },
      },
    ],
  };
  const call = { operation: 'opportunity.create', records: 1, repeatable: hasKey };
  const { compositeResponse } = await client.request(
    call,
    { method: 'POST', url: '/composite', body },
    compositeAnswer,
  );
  const made = compositeResponse.find(({ referenceId }) => referenceId === 'opportunity')?.body;
  const complaints = compositeResponse.flatMap(({ body: one }) => (Array.isArray(one) ? one : []));
  const [first] = complaints.filter(({ code }) => code !== 'PROCESSING_HALTED');
  if (first !== undefined) return madeBefore(request, first);
  if (made === undefined || made === null || !('id' in made))
    throw new DeliveryError('unknown', 'Salesforce did not say what became of the opportunity', {
      code: 'RESULT_MISSING',
    });
  return done(request, made.id, { detail: { created: true } });
}

/** The run's own key is there already: an earlier attempt made it, and it has been closed since. */
function madeBefore(request: ActionRequest, found: z.infer<typeof complaint>): ActionResult {
  const isOurs = found.code === 'DUPLICATE_VALUE' && found.fields.includes(keyField);
  if (!isOurs) throw complaintError(found, 200);
  return done(request, null, { already: true });
}
