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
  const lists = people.map(({ record, kind, result }) => ({
    ...changeOf(record, record.lists, record.listsToAdd, record.listsToRemove, result.created),
    kind,
    personId: result.remoteId,
  }));
  const inLists = await outcomeOf(lists, () => changeSets(client, campaigns, tools.campaigns, lists));
  const tags =
    plans[0].options.tagsAs !== 'topics'
      ? []
      : people.map(({ record, kind, result }) => ({
          ...changeOf(record, record.tags, record.tagsToAdd, record.tagsToRemove, result.created),
          kind,
          personId: result.remoteId,
        }));
  const inTopics = await outcomeOf(tags, () => changeSets(client, topics, tools.topics, tags));
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

/** Someone who is met for the first time, or made anew, gets all of ours. */
const changeOf = (
  { profileId, known }: OutgoingRecord,
  all: readonly string[],
  toAdd: readonly string[],
  toRemove: readonly string[],
  made: boolean,
) => ({ profileId, add: known === null || made ? all : toAdd, remove: toRemove });

type Outcome = ReadonlyMap<string, Aftermath>;

/** What stopped all of it is the outcome of those whom it would have changed. */
async function outcomeOf(changes: readonly SetChange[], change: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await change();
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
