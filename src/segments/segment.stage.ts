import { Injectable } from '@nestjs/common';
import type { Batch, BatchEvent, BatchProfile, SegmentChange, Stage } from '../events/batch.js';
import type { Profile } from '../profiles/profile.js';
import { answerOf, nextChangeAtMs } from './evaluate.js';
import { fetchAggregates, type FoundAggregates } from './event-aggregates.js';
import { RecheckWaker } from './recheck-waker.service.js';
import { type ActiveSegment, SegmentDirectory, type SegmentSet } from './segment-directory.service.js';
import { nothingNew } from './segment-index.js';
import { mergeStaysOf } from './segment-merges.js';
import { type NextChange, writeRechecks, writeStays } from './segment-writes.js';
import { markUnbrought } from './unbrought.js';

const Mark = { none: 0, news: 1, clock: 2 } as const;

/** One profile of the batch with what is to be asked about it. */
interface Asked {
  readonly held: BatchProfile;
  /** By place: why it is asked, see `Mark`. */
  readonly marks: Uint8Array;
  /** Segments that were asked only because the clock struck: a rule that has not been brought to the person may be what they answer to. */
  readonly doubtful: Set<string>;
  /** Everything that time can change is among what is asked, so the next moment is found anew. */
  readonly whole: boolean;
  /** What made it be asked: the last event of the profile in this batch. */
  readonly event: BatchEvent | null;
}

/** Decides, for each profile that has news, which segments it enters and leaves, and when that could change by itself. */
@Injectable()
export class SegmentStage implements Stage {
  readonly name = 'segment';

  constructor(
    private readonly directory: SegmentDirectory,
    private readonly waker: RecheckWaker,
  ) {}

  async run(batch: Batch): Promise<void> {
    if (batch.merges.length > 0) await mergeStaysOf(batch);
    const set = this.directory.current;
    const asked = askedIn(batch, set);
    if (asked.length === 0) return;
    const aggregates = await fetchAggregates(batch, set, neededIn(asked, set));
    const next = asked.map((one): NextChange => {
      const atMs = decide(one, set, aggregates, batch.now);
      return { profileId: one.held.profile.id, atMs, whole: one.whole };
    });
    await markUnbrought(batch, asked);
    const changes = asked.flatMap(({ held: { profile, isNew, segmentChanges } }) =>
      segmentChanges.map((change) => ({ ...change, profileId: profile.id, isNewProfile: isNew })),
    );
    await writeStays(batch, changes);
    await writeRechecks(batch, next);
    const soonest = Math.min(...next.map(({ atMs }) => atMs ?? Infinity));
    if (Number.isFinite(soonest)) batch.afterCommit(() => this.waker.wake(soonest));
  }
}

function askedIn(batch: Batch, set: SegmentSet): Asked[] {
  const losers = new Set(batch.merges.map(({ loser }) => loser));
  const events = new Map<string, BatchEvent[]>();
  for (const event of batch.events) {
    if (event.repeated || event.profileId === '') continue;
    const list = events.get(event.profileId);
    if (list === undefined) events.set(event.profileId, [event]);
    else list.push(event);
  }
  const asked: Asked[] = [];
  for (const held of batch.profiles.values()) {
    if (losers.has(held.profile.id)) continue;
    const own = events.get(held.profile.id) ?? [];
    const one = askedOf(held, own, set);
    if (one !== null) asked.push(one);
  }
  return asked;
}

function askedOf(held: BatchProfile, events: readonly BatchEvent[], set: SegmentSet): Asked | null {
  const event = events.at(-1) ?? null;
  const everything = held.isNew || held.everythingChanged;
  const places = new Set<number>();
  if (!everything) set.index.touched(newsOf(held, events), places);
  const struck = events.filter(({ incoming }) => incoming.kind === 'clock');
  // Most of what people say is nothing any segment asks about.
  if (!everything && places.size === 0 && struck.length === 0 && !isInGone(held, set)) return null;
  const marks = new Uint8Array(set.segments.length);
  if (everything) marks.fill(Mark.news);
  let isRecheck = false;
  for (const { incoming } of struck) {
    for (const segment of String(incoming.properties.segments ?? '').split(' ')) {
      const backfilled = set.places.get(segment);
      if (backfilled !== undefined) marks[backfilled] = Mark.news;
    }
    isRecheck ||= incoming.name === 'recheck';
  }
  if (isRecheck) for (const place of set.timed) marks[place] ||= Mark.clock;
  for (const place of places) marks[place] = Mark.news;
  if (!isRecheck && !marks.includes(Mark.news) && !isInGone(held, set)) return null;
  return { held, marks, doubtful: new Set(), whole: everything || isRecheck, event };
}

/** Memberships that were found to be all of segments that are there, with the revision of the set they were compared with. */
const compared = new WeakMap<Profile['segments'], number>();

/** Is the person in a segment that is not there any more? */
function isInGone({ profile: { segments } }: BatchProfile, set: SegmentSet): boolean {
  if (compared.get(segments) === set.revision) return false;
  if (Object.keys(segments).some((key) => !set.places.has(key))) return true;
  compared.set(segments, set.revision);
  return false;
}

const newsOf = (held: BatchProfile, events: readonly BatchEvent[]) => ({
  attributes: held.changedAttributes,
  tags: held.tagsChanged,
  purposes: held.changedPurposes,
  events: events.flatMap(({ incoming }) => (incoming.kind === 'clock' ? [] : incoming.name)),
  segments: [],
});

/** Which event queries of which profiles have to be answered; also those of segments that may be asked because another one changes. */
function neededIn(asked: readonly Asked[], set: SegmentSet): ReadonlyMap<string, ReadonlySet<number>> {
  const needed = new Map<string, Set<number>>();
  for (const { held, marks } of asked) {
    const slots = new Set<number>();
    for (const place of withDependants(marks, set))
      for (const slot of set.segments[place]?.slots ?? []) slots.add(slot);
    if (slots.size > 0) needed.set(held.profile.id, slots);
  }
  return needed;
}

function withDependants(marks: Uint8Array, set: SegmentSet): Set<number> {
  const places = new Set<number>();
  marks.forEach((mark, place) => {
    if (mark !== Mark.none) places.add(place);
  });
  // A set may grow while it is walked, and what was added is walked as well.
  for (const place of places) {
    const key = set.segments[place]?.key;
    if (key !== undefined) set.index.touched({ ...nothingNew, segments: [key] }, places);
  }
  return places;
}

/** Asks in order, so that a segment about others finds them decided. Returns the next moment at which an answer could change. */
function decide(
  { held, marks, doubtful, event }: Asked,
  set: SegmentSet,
  found: FoundAggregates,
  now: Date,
): number | null {
  const nowMs = now.getTime();
  const memberships: Record<string, number> = { ...held.profile.segments };
  const aggregates = found.of(held.profile.id);
  // The same object throughout: an entry counts at once for the segments that ask for it.
  const subject = { profile: { ...held.profile, segments: memberships } satisfies Profile, aggregates };
  const told = toldBy(event, now);
  let next: number | null = null;
  for (let place = 0; place < marks.length; place += 1) {
    const segment = set.segments[place];
    if (marks[place] === Mark.none || segment === undefined) continue;
    const outlook = segment.compiled.outlook(subject, nowMs);
    const changeAtMs = nextChangeAtMs(outlook);
    if (changeAtMs !== null && (next === null || changeAtMs < next)) next = changeAtMs;
    const entered = answerOf(outlook);
    if (entered === Object.hasOwn(memberships, segment.key)) continue;
    const change = isRecounted(held, segment) ? byRule(now) : told;
    if (entered) memberships[segment.key] = change.at.getTime();
    else Reflect.deleteProperty(memberships, segment.key);
    held.segmentChanges.push({ ...change, segment: segment.key, entered, segmentVersion: segment.version });
    if (marks[place] === Mark.clock) doubtful.add(segment.key);
    const dependants = new Set<number>();
    set.index.touched({ ...nothingNew, segments: [segment.key] }, dependants);
    for (const dependant of dependants) marks[dependant] = Mark.news;
  }
  for (const key of Object.keys(memberships)) {
    if (set.places.has(key)) continue;
    Reflect.deleteProperty(memberships, key);
    held.segmentChanges.push({ ...byRule(now), segment: key, entered: false, segmentVersion: 0 });
  }
  if (held.segmentChanges.length > 0) held.profile = { ...held.profile, segments: memberships };
  return next;
}

/** What an entry or exit is put down to. What the clock changes, changed when it was due, however late we heard of it. */
function toldBy(event: BatchEvent | null, now: Date): Pick<SegmentChange, 'cause' | 'eventId' | 'at'> {
  if (event?.incoming.kind !== 'clock') return { cause: 'event', eventId: event?.id ?? null, at: now };
  if (event.incoming.name === 'backfill') return byRule(now);
  return { cause: 'clock', eventId: null, at: event.occurredAt };
}

/** It asks for a score that was counted anew for this person, because its definition has changed: so may the answer have. */
function isRecounted({ recountedScores, changedAttributes }: BatchProfile, { inputs }: ActiveSegment): boolean {
  for (const score of recountedScores ?? [])
    for (const attribute of changedAttributes)
      if (attribute.startsWith(score) && inputs.attributes.has(attribute)) return true;
  return false;
}

/** A rule, or a score's definition, that is new, changed or gone. */
const byRule = (now: Date) => ({ cause: 'backfill', eventId: null, at: now }) as const;
