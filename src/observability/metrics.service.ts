import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What is counted of an event. */
export interface CommittedEvent {
  readonly source: string;
  readonly incoming: { readonly kind: string };
  readonly repeated: boolean;
}

/** What Prometheus sees at `/metrics`. One class, so that names and labels are in one place. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  readonly #events = new Counter({
    name: 'parley_events_total',
    help: 'Events committed, by source, kind and whether they were a repetition',
    labelNames: ['source', 'kind', 'repeated'],
    registers: [this.registry],
  });
  readonly #refused = new Counter({
    name: 'parley_hooks_refused_total',
    help: 'Webhook requests refused, by source and reason',
    labelNames: ['source', 'reason'],
    registers: [this.registry],
  });
  readonly #facts = new Counter({
    name: 'parley_facts_total',
    help: 'Facts that destinations told, by destination and what became of them: event, own, unknown, nothing, erased, rejected',
    labelNames: ['destination', 'outcome'],
    registers: [this.registry],
  });
  readonly #triggerRuns = new Counter({
    name: 'parley_trigger_runs_total',
    help: 'Runs of triggers, by trigger and status: planned or held_out when they begin, and how they ended',
    labelNames: ['trigger', 'status'],
    registers: [this.registry],
  });
  readonly #triggerLateness = new Histogram({
    name: 'parley_trigger_lateness_seconds',
    help: 'Seconds from the moment a run was due to the moment it was looked at',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 60, 600, 3600],
    registers: [this.registry],
  });
  readonly #batchSize = new Histogram({
    name: 'parley_batch_events',
    help: 'Events per committed batch',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
    registers: [this.registry],
  });
  readonly #batchSeconds = new Histogram({
    name: 'parley_batch_seconds',
    help: 'Seconds from the start of a batch to its commit',
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2],
    registers: [this.registry],
  });
  readonly #stageSeconds = new Histogram({
    name: 'parley_stage_seconds',
    help: 'Seconds a batch spent in a stage of the pipeline',
    labelNames: ['stage'],
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5],
    registers: [this.registry],
  });
  readonly #calls = new Counter({
    name: 'parley_provider_calls_total',
    help: 'Requests to providers, by destination, provider, operation and outcome',
    labelNames: ['destination', 'provider', 'operation', 'outcome'],
    registers: [this.registry],
  });
  readonly #records = new Counter({
    name: 'parley_delivery_records_total',
    help: 'Records that went through delivery, by destination and outcome; unchanged, no_key and withheld needed no call',
    labelNames: ['destination', 'outcome'],
    registers: [this.registry],
  });
  readonly #waiting = new Gauge({
    name: 'parley_sync_marks_waiting',
    help: 'Profiles with undelivered news, by destination',
    labelNames: ['destination'],
    registers: [this.registry],
  });
  readonly #oldest = new Gauge({
    name: 'parley_sync_marks_oldest_seconds',
    help: 'Age of the oldest undelivered news, by destination',
    labelNames: ['destination'],
    registers: [this.registry],
  });
  readonly #deadLetters = new Gauge({
    name: 'parley_dead_letters_open',
    help: 'Dead letters nobody has resolved, by kind',
    labelNames: ['kind'],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Counted together first: a label look-up for each event would be felt. */
  eventsCommitted(events: readonly CommittedEvent[]): void {
    const counts = new Map<string, { readonly event: CommittedEvent; count: number }>();
    for (const event of events) {
      const key = `${event.source} ${event.incoming.kind} ${event.repeated}`;
      const entry = counts.get(key);
      if (entry === undefined) counts.set(key, { event, count: 1 });
      else entry.count += 1;
    }
    for (const { event, count } of counts.values())
      this.#events.inc({ source: event.source, kind: event.incoming.kind, repeated: String(event.repeated) }, count);
  }

  hookRefused(source: string, reason: string): void {
    this.#refused.inc({ source, reason });
  }

  /** What became of what a destination told, by outcome. */
  factsTaken(destination: string, counts: Readonly<Record<string, number>>): void {
    for (const [outcome, count] of Object.entries(counts))
      if (count > 0) this.#facts.inc({ destination, outcome }, count);
  }

  triggerRun(trigger: string, status: string): void {
    this.#triggerRuns.inc({ trigger, status });
  }

  triggerLate(seconds: number): void {
    this.#triggerLateness.observe(seconds);
  }

  /** Returns what to call when the batch is committed. */
  batchStarted(events: number): () => void {
    const end = this.#batchSeconds.startTimer();
    return () => {
      end();
      this.#batchSize.observe(events);
    };
  }

  stageStarted(stage: string): () => void {
    return this.#stageSeconds.startTimer({ stage });
  }

  providerCalled(destination: string, provider: string, operation: string, outcome: string): void {
    this.#calls.inc({ destination, provider, operation, outcome });
  }

  recordsDelivered(destination: string, outcome: string, count: number): void {
    this.#records.inc({ destination, outcome }, count);
  }

  /** What is measured anew: what is not there any more must not keep its last value. */
  resetGauges(): void {
    this.#waiting.reset();
    this.#oldest.reset();
    this.#deadLetters.reset();
  }

  waitingMarks(destination: string, count: number, oldestSeconds: number): void {
    this.#waiting.set({ destination }, count);
    this.#oldest.set({ destination }, oldestSeconds);
  }

  openDeadLetters(kind: string, count: number): void {
    this.#deadLetters.set({ kind }, count);
  }
}
