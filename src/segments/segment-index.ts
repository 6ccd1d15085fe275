import type { Purpose } from '../consent/consent.js';
import type { EventQuery } from './event-query.js';
import type { RuleInputs } from './inputs.js';

/** What is new about one profile. */
export interface SegmentNews {
  /** A new profile, or one made of two: every answer may be another one. */
  readonly everything: boolean;
  readonly attributes: Iterable<string>;
  readonly tags: boolean;
  readonly purposes: Iterable<Purpose>;
  /** Names of its new events. */
  readonly events: Iterable<string>;
  /** Segments it has entered or left in this batch. */
  readonly segments: Iterable<string>;
}

/** For whoever asks about one kind of news only. */
export const nothingNew = { attributes: [], tags: false, purposes: [], events: [], segments: [] } as const;

/**
 * Which rules have to be asked again when something changes, by their place in the order of evaluation: a thousand segments cost an
 * event nothing unless they look at what it changes.
 */
export class SegmentIndex {
  readonly #byAttribute = new Map<string, number[]>();
  readonly #byPurpose = new Map<string, number[]>();
  readonly #byEvent = new Map<string, number[]>();
  readonly #bySegment = new Map<string, number[]>();
  readonly #byTags: number[] = [];
  readonly #byAnyEvent: number[] = [];

  constructor(rules: readonly { readonly inputs: RuleInputs }[]) {
    rules.forEach(({ inputs }, place) => {
      for (const key of inputs.attributes) add(this.#byAttribute, key, place);
      for (const purpose of inputs.purposes) add(this.#byPurpose, purpose, place);
      for (const segment of inputs.segments) add(this.#bySegment, segment, place);
      if (inputs.tags) this.#byTags.push(place);
      const names = eventNames(inputs);
      if (names === null) this.#byAnyEvent.push(place);
      else for (const name of names) add(this.#byEvent, name, place);
    });
  }

  /** Adds the places of the rules that look at what is new. */
  touched(news: Omit<SegmentNews, 'everything'>, places: Set<number>): void {
    for (const key of news.attributes) addAll(this.#byAttribute.get(key), places);
    for (const purpose of news.purposes) addAll(this.#byPurpose.get(purpose), places);
    for (const segment of news.segments) addAll(this.#bySegment.get(segment), places);
    if (news.tags) addAll(this.#byTags, places);
    let any = false;
    for (const name of news.events) {
      any = true;
      addAll(this.#byEvent.get(name), places);
    }
    if (any) addAll(this.#byAnyEvent, places);
  }
}

/** null: any event changes what the rule reads. */
function eventNames({ eventQueries, profileMoments }: RuleInputs): ReadonlySet<string> | null {
  if (profileMoments) return null;
  const names = new Set<string>();
  for (const query of eventQueries)
    for (const selected of selections(query)) {
      if (selected === null) return null;
      for (const name of selected) names.add(name);
    }
  return names;
}

function selections(query: EventQuery): readonly (readonly string[] | null)[] {
  if (query.kind === 'latest') return [null];
  return query.kind === 'measure' ? [query.events.names] : [query.first.names, query.events.names];
}

function add(index: Map<string, number[]>, key: string, place: number): void {
  const places = index.get(key);
  if (places === undefined) index.set(key, [place]);
  else places.push(place);
}

function addAll(found: readonly number[] | undefined, places: Set<number>): void {
  if (found !== undefined) for (const place of found) places.add(place);
}
