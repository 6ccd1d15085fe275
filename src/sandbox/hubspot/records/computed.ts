import type { Account } from '../account.js';
import { type ObjectType, objectTypes } from '../object-types.js';
import type { CrmRecord } from './record.js';

type Computation = (account: Account, record: CrmRecord) => string | undefined;
type Computations = Readonly<Record<string, Computation>>;

const counted =
  (type: ObjectType, of: ObjectType): Computation =>
  (account, { id }) => {
    const { length } = account.associations.ids(type, id, of);
    return length === 0 ? undefined : String(length);
  };

/** Where a deal or ticket stands: its stage in its pipeline. */
export function stageOf(account: Account, type: 'deals' | 'tickets', record: CrmRecord) {
  const [pipelineProperty, stageProperty] =
    type === 'deals' ? (['pipeline', 'dealstage'] as const) : (['hs_pipeline', 'hs_pipeline_stage'] as const);
  const pipelines = account.data.pipelines[type];
  const pipeline =
    pipelines.find(({ id }) => id === (record.properties[pipelineProperty] ?? 'default')) ?? pipelines[0];
  return pipeline?.stages.find(({ id }) => id === record.properties[stageProperty]);
}

const closedDeal = (account: Account, record: CrmRecord): boolean =>
  stageOf(account, 'deals', record)?.metadata.isClosed === 'true';
const wonDeal = (account: Account, record: CrmRecord): boolean =>
  closedDeal(account, record) && Number(stageOf(account, 'deals', record)?.metadata.probability ?? 0) === 1;

const emailEvents = (account: Account, { properties }: CrmRecord, type: 'OPEN' | 'CLICK') =>
  account.data.emailEvents.filter((event) => event.type === type && event.recipient === properties.email);

const countedEmails =
  (type: 'OPEN' | 'CLICK'): Computation =>
  (account, record) => {
    const { length } = emailEvents(account, record, type);
    return length === 0 ? undefined : String(length);
  };

const lastEmail =
  (type: 'OPEN' | 'CLICK'): Computation =>
  (account, record) => {
    const latest = Math.max(...emailEvents(account, record, type).map(({ created }) => created));
    return Number.isFinite(latest) ? new Date(latest).toISOString() : undefined;
  };

const dealsOf = (account: Account, { id }: CrmRecord): CrmRecord[] =>
  account.associations.ids('contacts', id, 'deals').flatMap((deal) => account.store('deals').get(deal) ?? []);

/** The newest of a contact's notes, tasks, calls, meetings and e-mails. */
const lastActivity: Computation = (account, { id, properties }) => {
  const kinds = ['notes', 'tasks', 'calls', 'meetings', 'emails'] as const;
  const times = kinds.flatMap((kind) =>
    account.associations
      .ids('contacts', id, kind)
      .flatMap((each) => account.store(kind).get(each)?.properties.hs_timestamp ?? []),
  );
  return times.toSorted().at(-1) ?? properties.notes_last_updated;
};

/** What HubSpot works out by itself, and nobody can set. */
const computations = {
  contacts: {
    hs_email_domain: (_account, { properties }) => properties.email?.split('@')[1],
    num_associated_deals: counted('contacts', 'deals'),
    associatedcompanyid: (account, { id }) => account.associations.primary('contacts', id, 'companies'),
    recent_deal_amount: (account, record) =>
      dealsOf(account, record)
        .filter((deal) => wonDeal(account, deal))
        .toSorted((a, b) => (a.properties.closedate ?? '').localeCompare(b.properties.closedate ?? ''))
        .at(-1)?.properties.amount,
    hs_email_open: countedEmails('OPEN'),
    hs_email_click: countedEmails('CLICK'),
    hs_email_last_open_date: lastEmail('OPEN'),
    hs_email_last_click_date: lastEmail('CLICK'),
    hs_analytics_source: (_account, { properties }) => properties.hs_analytics_source ?? 'OFFLINE',
    hs_analytics_first_timestamp: (_account, { properties, createdAt }) =>
      properties.hs_analytics_first_timestamp ?? createdAt,
    notes_last_updated: lastActivity,
    hs_email_optout: (account, { properties }) =>
      account.data.optOuts.some(({ email }) => email === properties.email) ? 'true' : undefined,
    hs_marketable_status: (account, { properties }) =>
      properties.hs_marketable_status ?? String(account.behaviour.newContactsAreMarketing),
    hs_merged_object_ids: (_account, { mergedIds }) => (mergedIds.length === 0 ? undefined : mergedIds.join(';')),
    hs_calculated_merged_vids: (_account, { mergedIds, updatedAt }) =>
      mergedIds.length === 0 ? undefined : mergedIds.map((id) => `${id}:${String(Date.parse(updatedAt))}`).join(';'),
  },
  companies: {
    num_associated_contacts: counted('companies', 'contacts'),
    num_associated_deals: counted('companies', 'deals'),
    hs_merged_object_ids: (_account, { mergedIds }) => (mergedIds.length === 0 ? undefined : mergedIds.join(';')),
  },
  deals: {
    hs_is_closed: (account, record) => String(closedDeal(account, record)),
    hs_is_closed_won: (account, record) => String(wonDeal(account, record)),
    hs_deal_stage_probability: (account, record) => stageOf(account, 'deals', record)?.metadata.probability,
    amount_in_home_currency: (_account, { properties }) => properties.amount,
    num_associated_contacts: counted('deals', 'contacts'),
  },
  tickets: {
    hs_is_closed: (account, record) => String(stageOf(account, 'tickets', record)?.metadata.ticketState === 'CLOSED'),
  },
  notes: {},
  meetings: {},
  calls: {},
  emails: {},
  tasks: {},
} as const satisfies Record<ObjectType, Computations>;

/** HubSpot has one property for each subscription type. */
const optOutPrefix = 'hs_email_optout_';

const optedOut = (account: Account, { properties }: CrmRecord, subscriptionId: string): boolean =>
  account.data.subscriptionStatuses.some(
    (status) =>
      status.email === properties.email && status.subscriptionId === subscriptionId && status.status === 'UNSUBSCRIBED',
  );

/** A property's value as HubSpot shows it; undefined when it is empty. */
export function shownValue(account: Account, type: ObjectType, record: CrmRecord, name: string): string | undefined {
  const { created, modified } = objectTypes[type];
  if (name === 'hs_object_id') return record.id;
  if (name === created) return record.properties[created] ?? record.createdAt;
  if (name === modified) return record.updatedAt;
  if (type === 'contacts' && name.startsWith(optOutPrefix))
    return optedOut(account, record, name.slice(optOutPrefix.length)) ? 'true' : undefined;
  const known: Computations = computations[type];
  const compute = Object.hasOwn(known, name) ? known[name] : undefined;
  return compute === undefined ? record.properties[name] : compute(account, record);
}
