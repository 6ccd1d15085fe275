import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type ConsentStatus, type Purpose, purposes } from '../../consent/consent.js';
import type { Json } from '../../destinations/json.js';
import { readerOf } from '../../personalization/reader.js';
import type { Profile } from '../../profiles/profile.js';
import type { ActiveTrigger } from '../active-trigger.js';
import { channelOf, declarationOf, destinationOf } from '../catalog.js';
import { advance } from '../journey/advance.js';
import type { Order } from '../journey/program.js';
import type { ActionFinding, Advance, Standing } from '../journey/run-facts.js';
import { isHeldOut } from '../planning/new-runs.js';
import type { Touch } from '../policy/allowance.js';
import { factsOf, gatherEvents, type Surroundings } from '../running/gather-facts.js';
import { renderOrder } from '../running/render-order.js';
import { templateData } from '../running/template-data.js';
import type { PastCause } from './past-causes.service.js';
import { queryBy } from '../running/sql-query.js';

/** One thing that would have happened. */
export interface SimulatedStep {
  readonly at: Date;
  readonly step: string;
  /** As in the history of a real run; `would do`: an action. */
  readonly outcome: string;
  readonly code: string | null;
  readonly reason: string | null;
  readonly order?: { readonly destination: string; readonly action: string; readonly input: Json };
}

/** What a run would have come to. */
export interface Simulation {
  readonly profileId: string;
  readonly causedAt: Date;
  readonly status: Advance['status'] | 'held_out';
  readonly code: string | null;
  readonly reason: string | null;
  /** When it would have ended, or what it would still wait for. */
  readonly until: Date;
  readonly steps: readonly SimulatedStep[];
}

/** Nobody waits for more than so many looks; a journey has at most a few hundred steps. */
const mostLooks = 500;

/**
 * Walks through a trigger for a person as if something had caused it, and says what would have been done when. Nothing is planned, sent or
 * written. Events and consents count as they were at each moment; attributes, tags and segments as they are now.
 */
@Injectable()
export class Simulator {
  constructor(private readonly dataSource: DataSource) {}

  /** @param until how far the clock may go */
  async run(
    trigger: ActiveTrigger,
    profile: Profile,
    cause: PastCause,
    surroundings: Surroundings,
    until: Date,
  ): Promise<Simulation> {
    const walk = new SimulatedWalk(trigger, profile, cause, surroundings, until, await this.#past(profile.id));
    return walk.run(queryBy(this.dataSource));
  }

  async #past(profileId: string): Promise<Past> {
    const touches = await this.dataSource.query<{ channel: string; at: Date }[]>(
      `SELECT channel, at FROM touches WHERE profile_id = $1`,
      [profileId],
    );
    const consents = await this.dataSource.query<{ purpose: Purpose; status: ConsentStatus; at: Date }[]>(
      `SELECT purpose, status, occurred_at AS at FROM consent_changes WHERE profile_id = $1 ORDER BY occurred_at`,
      [profileId],
    );
    return { touches: touches.map(({ channel, at }) => ({ channel, atMs: at.getTime() })), consents };
  }
}

interface Past {
  readonly touches: Touch[];
  readonly consents: readonly { readonly purpose: Purpose; readonly status: ConsentStatus; readonly at: Date }[];
}

class SimulatedWalk {
  readonly #steps: SimulatedStep[] = [];
  #nowMs: number;

  constructor(
    private readonly trigger: ActiveTrigger,
    private readonly profile: Profile,
    private readonly cause: PastCause,
    private readonly surroundings: Surroundings,
    private readonly until: Date,
    private readonly past: Past,
  ) {
    this.#nowMs = cause.at.getTime();
  }

  async run(query: Parameters<typeof gatherEvents>[0]): Promise<Simulation> {
    if (isHeldOut(this.trigger, this.profile.id))
      return this.#ended({
        status: 'held_out',
        code: 'HOLDOUT',
        reason: 'the person belongs to those who get nothing',
      });
    let standing: Standing = { status: 'planned', step: this.trigger.program.start, stepAtMs: this.cause.at.getTime() };
    let action: ActionFinding | null = null;
    for (let look = 0; look < mostLooks; look += 1) {
      const to: Advance = advance(standing, this.trigger, await this.#facts(query, standing, action));
      for (const passed of to.passed)
        if (action === null || passed !== to.passed[0]) this.#note(passed.step, passed.outcome, passed);
      action = null;
      if (!('order' in to)) return this.#ended(to);
      if (to.order !== null) action = this.#wouldDo(to.step, to.order);
      else if (to.dueAtMs === null || to.dueAtMs > this.until.getTime()) return this.#ended(to, to.dueAtMs);
      else {
        if (to.code !== null) this.#note(to.step, 'held back for a while', to);
        this.#nowMs = Math.max(this.#nowMs, to.dueAtMs);
      }
      standing = { status: to.status, step: to.step, stepAtMs: to.stepAtMs };
    }
    return this.#ended({ status: 'failed', code: 'TOO_LONG', reason: 'the journey does not end' });
  }

  async #facts(query: Parameters<typeof gatherEvents>[0], { step, stepAtMs }: Standing, action: ActionFinding | null) {
    const { trigger, profile, cause, surroundings, past } = this;
    const now = new Date(this.#nowMs);
    const run = {
      id: profile.id,
      profileId: profile.id,
      causedAt: cause.at,
      eventId: cause.eventId,
      step,
      stepAt: new Date(stepAtMs),
      actionRun: action === null ? null : 'simulated',
    };
    const one = { run, trigger, profile: this.#profileThen() };
    const events = await gatherEvents(query, [one], surroundings.set, now);
    const gathered = {
      nowMs: this.#nowMs,
      ...events,
      actions: new Map(action === null ? [] : [['simulated', action] as const]),
      touches: new Map([[profile.id, past.touches.filter(({ atMs }) => atMs <= this.#nowMs)]]),
    };
    return factsOf(one, gathered, surroundings);
  }

  /** With the consents of that moment; what nobody has ever said is unknown. */
  #profileThen(): Profile {
    const consents = { ...this.profile.consents };
    for (const purpose of purposes) {
      const known = consents[purpose];
      if (known !== undefined) consents[purpose] = { ...known, status: this.#consent(purpose) };
    }
    return { ...this.profile, consents };
  }

  #consent(purpose: Purpose): ConsentStatus {
    const changes = this.past.consents.filter((change) => change.purpose === purpose);
    if (changes.length === 0) return this.profile.consents[purpose]?.status ?? 'unknown';
    return changes.findLast(({ at }) => at.getTime() <= this.#nowMs)?.status ?? 'unknown';
  }

  #wouldDo(step: string, order: Order): ActionFinding {
    const { catalog } = this.surroundings.set;
    const missing = this.trigger.consentsOf(order).find((purpose) => this.#consent(purpose) !== 'granted');
    if (missing !== undefined) {
      const reason = `consent for ${missing} is ${this.#consent(missing)}`;
      this.#note(step, 'withheld', { code: 'NO_CONSENT', reason });
      return { status: 'withheld', code: 'NO_CONSENT', reason, finishedAtMs: this.#nowMs };
    }
    const channel = channelOf(order, catalog);
    if (channel !== null) this.past.touches.push({ channel, atMs: this.#nowMs });
    const rendered = this.#rendered(order);
    const title = declarationOf(order, catalog)?.title ?? null;
    const reason = title === null ? null : `${title} at ${destinationOf(order)}`;
    this.#steps.push({
      at: new Date(this.#nowMs),
      step,
      outcome: 'would do',
      code: null,
      reason,
      ...(rendered !== null && { order: rendered }),
    });
    return { status: 'done', code: null, reason: null, finishedAtMs: this.#nowMs };
  }

  #rendered(order: Order): NonNullable<SimulatedStep['order']> | null {
    const { profile, cause, trigger, surroundings } = this;
    const subject = {
      profile,
      data: templateData(profile, cause.context, trigger),
      reader: readerOf(profile.attributes, { locale: 'en', timeZone: surroundings.timeZone }),
      transcript: [],
    };
    return renderOrder(order, subject, surroundings.set.catalog);
  }

  #note(
    step: string,
    outcome: string,
    { code, reason }: { readonly code: string | null; readonly reason: string | null },
  ): void {
    this.#steps.push({ at: new Date(this.#nowMs), step, outcome, code, reason });
  }

  #ended(
    {
      status,
      code,
      reason,
    }: { readonly status: Simulation['status']; readonly code: string | null; readonly reason: string | null },
    untilMs: number | null = null,
  ): Simulation {
    return {
      profileId: this.profile.id,
      causedAt: this.cause.at,
      status,
      code,
      reason,
      until: new Date(untilMs ?? this.#nowMs),
      steps: this.#steps,
    };
  }
}
