import { randomUUID } from 'node:crypto';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll } from 'vitest';
import { readEnvironment } from '../../config/env.js';
import { DatabaseModule } from '../../src/database/database.module.js';
import { NOW } from '../../src/database/environment.js';
import { DeliveryModule } from '../../src/delivery/delivery.module.js';
import { Delivery } from '../../src/delivery/delivery.service.js';
import { ErasureModule } from '../../src/erasure/erasure.module.js';
import { EnrichmentModule } from '../../src/enrichment/enrichment.module.js';
import type { Decision } from '../../src/events/decision.js';
import type { IncomingEvent } from '../../src/events/incoming-event.js';
import { JobHandlerCheck } from '../../src/jobs/job-handler-check.service.js';
import { JobsModule } from '../../src/jobs/jobs.module.js';
import { MappingDirectory } from '../../src/mapping/mapping-directory.service.js';
import { ObservabilityModule } from '../../src/observability/observability.module.js';
import { PipelineModule } from '../../src/pipeline/pipeline.module.js';
import { Pipeline } from '../../src/pipeline/pipeline.service.js';
import { destinationInput } from '../../src/provisioning/configuration-schema.js';
import { Configuration } from '../../src/provisioning/configuration.service.js';
import { ProvisioningModule } from '../../src/provisioning/provisioning.module.js';
import { RecalculationModule } from '../../src/recalculation/recalculation.module.js';
import { SecurityModule } from '../../src/security/security.module.js';

/** A clock that stands still until the test moves it. */
export class TestClock {
  #ms: number;
  constructor(start = '2026-11-22T10:00:00.000Z') {
    this.#ms = Date.parse(start);
  }
  readonly now = (): Date => new Date(this.#ms);
  forward(ms: number): void {
    this.#ms += ms;
  }
}

/**
 * What a process consists of between the webhooks and the providers: pipeline and delivery on a real database. No job runs by
 * itself: the test says when a destination is drained. Several of them on one database are several processes.
 */
export async function startCore(databaseUrl: string, clock: { readonly now: () => Date }) {
  const env = readEnvironment({ DATABASE_URL: databaseUrl, ENCRYPTION_KEY: 'a'.repeat(64) });
  const app = await Test.createTestingModule({
    imports: [
      DatabaseModule.forRoot(env, databaseUrl),
      ObservabilityModule,
      SecurityModule,
      JobsModule.forRoot(),
      PipelineModule,
      DeliveryModule,
      EnrichmentModule,
      ErasureModule,
      RecalculationModule,
      ProvisioningModule,
    ],
  })
    .overrideProvider(NOW)
    .useValue(clock.now)
    .overrideProvider(JobHandlerCheck)
    .useValue({})
    .compile();
  app.useLogger(false);
  await app.init();
  const configuration = app.get(Configuration);
  return {
    app,
    pipeline: app.get(Pipeline),
    delivery: app.get(Delivery),
    get: app.get.bind(app),
    close: () => app.close(),
    submit: (...events: IncomingEvent[]): Promise<Decision[]> =>
      Promise.all(
        events.map((incoming) => app.get(Pipeline).submit({ source: 'bot', incoming, raw: '{"said":"so"}' })),
      ),
    /** Connects a destination as a configuration file would. */
    connect: async (input: unknown): Promise<void> => {
      await configuration.change((manager) =>
        configuration.saveDestination(manager, destinationInput.parse(input), 'file'),
      );
      await app.get(MappingDirectory).onModuleInit();
    },
  };
}
export type Core = Awaited<ReturnType<typeof startCore>>;

/** An event as a platform's `parse` returns it: a message of one subscriber, new each time, unless said otherwise. */
export const incoming = (subscriber: string, more: Partial<IncomingEvent> = {}): IncomingEvent => ({
  kind: 'message_in',
  name: 'message',
  occurredAt: null,
  dedupe: { key: randomUUID(), windowMs: null },
  channel: 'web',
  identities: [{ kind: 'subscriber', namespace: 'bot/contact', value: subscriber }],
  attributes: [],
  tagsAdded: [],
  tagsRemoved: [],
  consents: [],
  text: null,
  properties: {},
  notes: [],
  ...more,
});

export const attribute = (key: string, value: string) => ({ key, label: key, type: 'string', value }) as const;
export const email = (value: string) => ({ kind: 'email', namespace: '', value }) as const;
export const subscriber = (value: string) => ({ kind: 'subscriber', namespace: 'bot/contact', value }) as const;

/** One core for all tests of a file: started before them and closed after them. */
export function coreOfFile(database: { readonly url: string }, clock: { readonly now: () => Date }): () => Core {
  let running: Core | undefined;
  beforeAll(async () => {
    running = await startCore(database.url, clock);
  });
  afterAll(() => running?.close());
  return () => {
    if (running === undefined) throw new Error('only while tests run');
    return running;
  };
}
