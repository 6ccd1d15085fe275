import { Inject, Injectable, Logger } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Now, NOW } from '../database/environment.js';
import type { Decision } from '../events/decision.js';
import type { IncomingEvent } from '../events/incoming-event.js';
import { Metrics } from '../observability/metrics.service.js';
import { Problem } from '../observability/problem.js';
import { Contents } from '../personalization/contents.service.js';
import type { RenderedContent } from '../personalization/rendered-content.js';
import { EventRejectedError } from '../pipeline/pipeline-errors.js';
import { Pipeline } from '../pipeline/pipeline.service.js';
import { type HookReply, type HookRequest, UnreadableBodyError } from './chat-platform.js';
import { Inspector } from './inspector.service.js';
import { LateAnswers } from './late-answers.service.js';
import { readHook, unpacked } from './read-hook.js';
import { type Refusal, RequestVerifier } from './request-verifier.service.js';
import { publicQuery, type RequestOutcome, type SeenRequest } from './seen-request.js';
import { type ActiveSource, SourceDirectory } from './source-directory.service.js';
import { isLate, within } from './within.js';

/** A request on its way through the house. */
interface Visit {
  readonly source: ActiveSource;
  readonly hook: HookRequest;
  readonly receivedAt: Date;
}

const outcomeOf = (error: unknown): RequestOutcome =>
  error instanceof EventRejectedError ? 'rejected' : 'unavailable';

/** Receives what chatbot platforms send: verifies, reads, hands the events to the pipeline, answers, and remembers. */
@Injectable()
export class Reception {
  readonly #log = new Logger(Reception.name);

  constructor(
    private readonly sources: SourceDirectory,
    private readonly verifier: RequestVerifier,
    private readonly pipeline: Pipeline,
    private readonly contents: Contents,
    private readonly inspector: Inspector,
    private readonly lateAnswers: LateAnswers,
    private readonly metrics: Metrics,
    @Inject(NOW) private readonly now: Now,
  ) {}

  /** @throws Problem, and what the pipeline throws */
  async receive(key: string, request: FastifyRequest, pathSuffix: string): Promise<HookReply> {
    const source = this.sources.find(key);
    if (source === undefined) {
      this.metrics.hookRefused('', 'unknown_source');
      throw new Problem(404, 'Unknown source', `There is no source "${key}".`);
    }
    const visit = { source, hook: readHook(request, pathSuffix), receivedAt: this.now() };
    const verdict = this.verifier.verify(source, visit.hook);
    const refusal = verdict instanceof Promise ? await verdict : verdict;
    if (refusal !== null) throw this.#refuse(visit, refusal);
    return visit.hook.headers['content-encoding'] === undefined ? this.#read(visit) : this.#unpack(visit);
  }

  #refuse(visit: Visit, { status, reason, detail }: Refusal): Problem {
    this.metrics.hookRefused(visit.source.context.key, reason);
    const problem = new Problem(status, status === 503 ? 'Not available now' : 'Not let in', detail);
    this.#saw(visit, 'refused', null, { detail, reply: { status, body: null } });
    return problem;
  }

  async #unpack(visit: Visit): Promise<HookReply> {
    let hook: HookRequest;
    try {
      hook = await unpacked(visit.hook);
    } catch (error) {
      return this.#unreadable(visit, error);
    }
    return this.#read({ ...visit, hook });
  }

  #read(visit: Visit): Promise<HookReply> | HookReply {
    let events: readonly IncomingEvent[];
    try {
      events = visit.source.platform.parse(visit.hook, visit.source.context);
    } catch (error) {
      return this.#unreadable(visit, error);
    }
    return this.#process(visit, events);
  }

  #unreadable(visit: Visit, error: unknown): HookReply {
    if (!(error instanceof UnreadableBodyError)) throw error;
    const { platform, context } = visit.source;
    this.metrics.hookRefused(context.key, 'unreadable_body');
    const polite = platform.refusalReply?.(error.message, visit.hook) ?? null;
    this.#saw(visit, 'unreadable', null, { detail: error.message, reply: polite ?? { status: 400, body: null } });
    if (polite !== null) return polite;
    throw new Problem(400, 'Unreadable body', error.message);
  }

  async #process(visit: Visit, events: readonly IncomingEvent[]): Promise<HookReply> {
    const { source, hook } = visit;
    const raw = hook.body.length === 0 ? publicText(hook) : hook.body.toString('utf8');
    const said = {
      source: source.context.key,
      raw,
      query: publicQuery(hook.query),
      idempotencyKey: hook.headers['idempotency-key'],
    };
    const work = Promise.all(events.map((incoming) => this.pipeline.submit({ ...said, incoming })));
    try {
      const decisions = await within(work, source.answerWithinMs);
      if (isLate(decisions)) return await this.#answerLate(visit, raw, events, work);
      const reply = this.#reply(visit, events, decisions);
      this.#saw(visit, events.length === 0 ? 'empty' : 'processed', raw, { events, decisions, reply });
      return reply;
    } catch (error) {
      return this.#failed(visit, raw, events, error);
    }
  }

  #failed(visit: Visit, raw: string, events: readonly IncomingEvent[], error: unknown): HookReply {
    const detail = error instanceof Error ? error.message : String(error);
    const outcome = outcomeOf(error);
    const kept = outcome === 'rejected' ? `It is kept as a dead letter. ${detail}` : null;
    const polite = kept === null ? null : (visit.source.platform.refusalReply?.(kept, visit.hook) ?? null);
    this.#saw(visit, outcome, raw, { events, detail, ...(polite !== null && { reply: polite }) });
    if (polite === null) throw error;
    return polite;
  }

  /** Kept first, so that what is answered with 2xx is not lost if the process dies now. */
  async #answerLate(
    visit: Visit,
    raw: string,
    events: readonly IncomingEvent[],
    work: Promise<Decision[]>,
  ): Promise<HookReply> {
    const reply = visit.source.platform.neutralReply(visit.source.context, visit.hook);
    this.#log.warn(
      { source: visit.source.context.key },
      'answered before it was processed, because the platform waits no longer',
    );
    await this.lateAnswers.keep(this.#seen(visit, 'late', raw, { events, reply }), work);
    return reply;
  }

  #reply(visit: Visit, events: readonly IncomingEvent[], decisions: readonly Decision[]): HookReply {
    const { platform, context } = visit.source;
    const event = events.at(-1) ?? null;
    const decision = decisions.at(-1) ?? nothingKnown;
    const content = event === null ? null : this.#contentFor(visit.source, event, decision);
    const reply = platform.reply(decision, context, { request: visit.hook, event, content });
    const leftOut = [...(content?.notes ?? []), ...(reply.leftOut ?? [])];
    if (leftOut.length === 0) return reply;
    this.#log.warn(
      { source: context.key, template: content?.template, leftOut },
      'not all of the content fits the answer',
    );
    return { ...reply, leftOut };
  }

  #contentFor({ context, shell }: ActiveSource, event: IncomingEvent, decision: Decision): RenderedContent | null {
    if (!this.contents.hasAny(context.key)) return null;
    const { attributes, tags, segments } = decision;
    const { name, channel, text, properties } = event;
    return this.contents.render(
      context.key,
      { attributes, tags, segments, event: name, channel, text, properties },
      { locale: shell.locale, timeZone: shell.timeZone },
    );
  }

  #saw(visit: Visit, outcome: RequestOutcome, raw: string | null, more: Partial<SeenRequest>): void {
    this.inspector.saw(this.#seen(visit, outcome, raw, more));
  }

  #seen(
    { source, hook, receivedAt }: Visit,
    outcome: RequestOutcome,
    raw: string | null,
    more: Partial<SeenRequest>,
  ): SeenRequest {
    const tookMs = this.now().getTime() - receivedAt.getTime();
    return { source: source.context.key, receivedAt, tookMs, hook, raw, outcome, ...more };
  }
}

/** What a request without a body says, as it stands in its address. */
function publicText({ query, queryText }: HookRequest): string {
  const shown = publicQuery(query);
  if (shown === query) return queryText;
  return new URLSearchParams(
    Object.entries(shown).map(([name, value]): [string, string] => [name, value ?? '']),
  ).toString();
}

/** A request that held no event at all, for example a platform's own check: there is nobody to say anything about. */
const nothingKnown: Decision = {
  profileId: '',
  profileVersion: 0,
  applied: false,
  attributes: {},
  tags: [],
  consents: {},
  segments: [],
};
