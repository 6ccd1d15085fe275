import { Injectable } from '@nestjs/common';
import type { RecordMerged, RemoteFact } from '../destinations/remote-fact.js';
import type { IncomingEvent } from '../events/incoming-event.js';
import { Erasure } from '../erasure/erasure.service.js';
import { type ConnectedDestination, MappingDirectory } from '../mapping/mapping-directory.service.js';
import { Metrics } from '../observability/metrics.service.js';
import { EventRejectedError } from '../pipeline/pipeline-errors.js';
import { Pipeline } from '../pipeline/pipeline.service.js';
import { eventOfFact, type FactEvent, saysNothing } from './event-of-fact.js';
import { readKeptFact } from './kept-fact.js';
import { newcomerAttributes } from './newcomer.js';
import { People } from './people.repository.js';
import { byRecord, identitiesOf, mergedRecords, newcomer, recordsIn } from './whose-fact.js';

/** What the source of an event begins with that a destination told; its key follows. */
export const fromDestination = 'destination/';

/** What became of facts, for metrics and progress. `rejected`: kept as a dead letter. */
export const factOutcomes = ['event', 'own', 'unknown', 'nothing', 'erased', 'rejected'] as const;
export type FactOutcome = (typeof factOutcomes)[number];
export type FactCounts = Record<FactOutcome, number>;

type Judged =
  | { readonly outcome: 'own' | 'unknown' | 'nothing' }
  | { readonly outcome: 'event'; readonly fact: RemoteFact; readonly incoming: IncomingEvent }
  | { readonly outcome: 'erased'; readonly profileId: string };

/** The way of a destination's facts into the pipeline: whose they are, what they say, and that all of it is committed. */
@Injectable()
export class FactIntake {
  constructor(
    private readonly people: People,
    private readonly pipeline: Pipeline,
    private readonly mappings: MappingDirectory,
    private readonly metrics: Metrics,
    private readonly erasure: Erasure,
  ) {}

  /**
   * Takes all of them in, and returns when they are committed.
   *
   * @throws PipelineUnavailableError, OverloadedError: some may not be kept; to be handed in again, what was kept is recognised
   */
  async take(from: ConnectedDestination, facts: readonly RemoteFact[]): Promise<FactCounts> {
    const judged = await this.#judge(from, facts);
    const settled = await Promise.allSettled(judged.map((each) => this.#submit(from.destination, each)));
    const counts: FactCounts = { event: 0, own: 0, unknown: 0, nothing: 0, erased: 0, rejected: 0 };
    for (const [index, result] of settled.entries()) {
      const each = judged[index];
      if (result.status === 'fulfilled' && each !== undefined) counts[each.outcome] += 1;
      else if (result.status === 'rejected' && result.reason instanceof EventRejectedError) counts.rejected += 1;
      else if (result.status === 'rejected') throw result.reason;
    }
    this.metrics.factsTaken(from.destination, counts);
    return counts;
  }

  /**
   * Takes a fact in once more that is kept with a dead letter.
   *
   * @throws Error when it fails again, or its destination is gone
   */
  async takeAgain(destination: string, raw: string): Promise<void> {
    const from = this.mappings.findConnected(destination);
    if (from === undefined) throw new Error(`destination ${destination} is not there any more`);
    const { rejected } = await this.take(from, [readKeptFact(raw)]);
    if (rejected > 0) throw new Error('it failed once more');
  }

  async #judge(from: ConnectedDestination, facts: readonly RemoteFact[]): Promise<Judged[]> {
    const { destination, pulls } = from;
    const news = facts.filter(({ own }) => !own);
    const records = recordsIn(news);
    const people = await this.people.known(
      destination,
      records,
      news.map(({ about }) => about),
    );
    const known = byRecord(records);
    const mapping = this.mappings.find(destination)?.mapping ?? null;
    return facts.map((fact): Judged => {
      if (fact.own) return { outcome: 'own' };
      const whose = (about: RemoteFact['about']) => identitiesOf(about, destination, known, people);
      const identities = fact.kind === 'record_merged' ? mergedIdentities(fact, whose) : whose(fact.about);
      const event = eventOfFact(fact, { destination, mapping });
      if (identities === null)
        return pulls.importUnknown ? newcomerEvent(fact, event, destination) : { outcome: 'unknown' };
      if (fact.kind === 'record_gone' && fact.erased) {
        const profileId = identities.map(people.ownerOf).find((owner) => owner !== undefined);
        return profileId === undefined ? { outcome: 'unknown' } : { outcome: 'erased', profileId };
      }
      return saysNothing(event)
        ? { outcome: 'nothing' }
        : { outcome: 'event', fact, incoming: { ...event, identities } };
    });
  }

  async #submit(destination: string, judged: Judged): Promise<void> {
    const source = fromDestination + destination;
    if (judged.outcome === 'event')
      await this.pipeline.submit({ source, incoming: judged.incoming, raw: JSON.stringify(judged.fact) });
    // Not by an event: that would have to remember whom it is about.
    if (judged.outcome === 'erased') await this.erasure.run(judged.profileId, source, [destination]);
  }
}

function newcomerEvent(fact: RemoteFact, event: FactEvent, destination: string): Judged {
  const identities = newcomer(fact.about, destination);
  if (identities.length === 0 || !introduces[fact.kind]) return { outcome: 'unknown' };
  const attributes = [...event.attributes, ...newcomerAttributes(fact.about)];
  return { outcome: 'event', fact, incoming: { ...event, attributes, identities } };
}

/** Whoever is only said to be gone, or to be one with another, is nobody to make a profile of. */
const introduces = {
  record_changed: true,
  record_gone: false,
  record_merged: false,
  consent_said: true,
  activity: true,
  derived: true,
} as const satisfies Record<RemoteFact['kind'], boolean>;

/** Those of all the records that are one now; null: we know none of them. */
function mergedIdentities(
  fact: RecordMerged,
  identities: (about: RemoteFact['about']) => IncomingEvent['identities'] | null,
): IncomingEvent['identities'] | null {
  const all = [fact.about, ...mergedRecords(fact)].flatMap((each) => identities(each) ?? []);
  return all.length === 0 ? null : all;
}
