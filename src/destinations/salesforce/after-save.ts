import { DeliveryError } from '../delivery-error.js';
import type { OutgoingRecord, RecordResult } from '../destination.js';
import { tellConsents } from './consent-records.js';
import { readMemo, writeMemo } from './memo.js';
import { campaigns, topics } from './named-set.js';
import type { PersonKind } from './person-kind.js';
import { failed } from './record-result.js';
import { changeSets, type Aftermath, type SetChange } from './set-membership.js';
import type { Tools, WritePlan } from './write-plan.js';

/** A person who stands in Salesforce now. */
export interface SavedPerson {
  readonly record: OutgoingRecord;
  readonly kind: PersonKind;
  readonly result: Extract<RecordResult, { status: 'delivered' }>;
}

/** What is told to Salesforce beside the record itself: lists, tags that are kept as topics, and consents with their proof. */
export async function afterSave(
  tools: Tools,
  plans: WritePlan,
  people: readonly SavedPerson[],
): Promise<readonly RecordResult[]> {
  const { client } = tools;
  const { tagsAs } = plans[0].options;
  const inLists = await setOutcome(people, tagsAs === 'campaigns' ? listsAndTags : lists, (changes) =>
    changeSets(client, campaigns, tools.campaigns, changes),
  );
  const inTopics = await setOutcome(people, tagsAs === 'topics' ? tags : nothing, (changes) =>
    changeSets(client, topics, tools.topics, changes),
  );
  const consents = await consentOutcome(tools, people);
  return people.map(({ record, result }) =>
    [inLists, inTopics].reduce<RecordResult>(
      (before, aftermath) => withAftermath(record, before, aftermath),
      withConsents(record, result, consents),
    ),
  );
}

type ConsentOutcome = Awaited<ReturnType<typeof tellConsents>>;

async function consentOutcome(tools: Tools, people: readonly SavedPerson[]): Promise<ConsentOutcome> {
  try {
    return await tellConsents(tools, people);
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    return new Map(people.map(({ record }) => [record.profileId, error]));
  }
}

function withConsents(record: OutgoingRecord, result: SavedPerson['result'], outcome: ConsentOutcome): RecordResult {
  const told = outcome.get(record.profileId);
  if (told === undefined) return result;
  if (told instanceof DeliveryError) return failed(record, told);
  const memo = writeMemo({ ...readMemo({ known: { remoteId: '', memo: result.memo } }), consentsTold: told.told });
  return { ...result, memo, dropped: [...result.dropped, ...told.dropped] };
}

/** What a person is to be in, and what we are to take them out of. */
interface Wanted {
  readonly all: readonly string[];
  readonly add: readonly string[];
  readonly remove: readonly string[];
}
type Choice = (record: OutgoingRecord) => Wanted;

const lists: Choice = (record) => ({ all: record.lists, add: record.listsToAdd, remove: record.listsToRemove });
const tags: Choice = (record) => ({ all: record.tags, add: record.tagsToAdd, remove: record.tagsToRemove });
const nothing: Choice = () => ({ all: [], add: [], remove: [] });

/** A tag that goes does not end what a list of the same name asks for, and the other way round. */
function listsAndTags(record: OutgoingRecord): Wanted {
  const [one, other] = [lists(record), tags(record)];
  const all = [...one.all, ...other.all];
  const wanted = new Set(all.map((name) => name.toLowerCase()));
  const remove = [...one.remove, ...other.remove].filter((name) => !wanted.has(name.toLowerCase()));
  return { all, add: [...one.add, ...other.add], remove };
}

type Outcome = ReadonlyMap<string, Aftermath>;

/** What stopped all of it is the outcome of those whom it would have changed. */
async function setOutcome(
  people: readonly SavedPerson[],
  choose: Choice,
  change: (changes: readonly SetChange[]) => Promise<Outcome>,
): Promise<Outcome> {
  const changes = people.map(({ record, kind, result }): SetChange => {
    const { all, add, remove } = choose(record);
    // Someone who is met for the first time, or made anew, gets all of ours.
    const isNew = record.known === null || result.created;
    return { profileId: record.profileId, kind, personId: result.remoteId, add: isNew ? all : add, remove };
  });
  try {
    return await change(changes);
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    const concerned = changes.filter(({ add, remove }) => add.length + remove.length > 0);
    return new Map(concerned.map(({ profileId }) => [profileId, error]));
  }
}

function withAftermath(record: OutgoingRecord, result: RecordResult, outcome: Outcome): RecordResult {
  const aftermath = outcome.get(record.profileId);
  if (aftermath === undefined || result.status !== 'delivered') return result;
  if (aftermath instanceof DeliveryError) return failed(record, aftermath);
  return { ...result, dropped: [...result.dropped, ...aftermath] };
}
