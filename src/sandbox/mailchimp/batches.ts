import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { SandboxWorld } from '../emulator.js';
import { parseBody } from './bodies.js';
import { mailchimpTime } from './present.js';
import { problems } from './problem.js';
import { tarGz } from './tar.js';

const batchBody = z.object({
  operations: z.array(
    z.object({
      method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
      path: z.string(),
      operation_id: z.string().default(''),
      params: z.record(z.string(), z.unknown()).default({}),
      body: z.string().optional(),
    }),
  ),
});
type Operation = z.infer<typeof batchBody>['operations'][number];

interface Job {
  readonly id: string;
  readonly operations: readonly Operation[];
  readonly submittedAt: string;
  status: 'pending' | 'started' | 'finalizing' | 'finished';
  completedAt: string;
  readonly results: { readonly status_code: number; readonly operation_id: string; readonly response: string }[];
  isStopped: boolean;
}

interface InBatch {
  Params: { batch: string };
}

/** A result's address is good for this long; asking for the job again gives a new one. */
const addressGoodMs = 10 * 60_000;

/** `/batches`: any calls, one job at a time, their answers in an archive. Jobs and results are forgotten at a restart. */
export class Batches {
  #jobs = new Map<string, Job>();
  #turn: Promise<void> = Promise.resolve();
  readonly #addresses = new Map<string, { readonly job: Job; readonly until: number }>();
  #inner: FastifyInstance | null = null;

  /** @param register adds the API's routes, without a front door, to the instance that carries the operations out */
  constructor(
    private readonly world: SandboxWorld,
    private readonly register: (app: FastifyInstance) => void,
  ) {}

  forget(): void {
    for (const job of this.#jobs.values()) job.isStopped = true;
    this.#jobs.clear();
    this.#addresses.clear();
  }

  async close(): Promise<void> {
    this.forget();
    await this.#turn;
    await this.#inner?.close();
  }

  registerApi(app: FastifyInstance): void {
    app.post('/batches', (request) => {
      const { operations } = parseBody(batchBody, request.body);
      if ([...this.#jobs.values()].filter(({ status }) => status !== 'finished').length >= mostJobs)
        throw problems.tooManyJobs();
      const now = mailchimpTime(this.world.clock.now());
      const id = randomUUID().replaceAll('-', '').slice(0, 10);
      const plain = { status: 'pending', completedAt: '', results: [], isStopped: false } as const;
      const job: Job = { ...plain, id, operations, submittedAt: now, results: [] };
      this.#jobs.set(id, job);
      this.#turn = this.#turn.then(() => this.#run(job));
      return this.#answer(job);
    });
    app.get('/batches', () => {
      const batches = [...this.#jobs.values()].map((job) => this.#answer(job));
      return { batches, total_items: batches.length, _links: [] };
    });
    app.get<InBatch>('/batches/:batch', (request) => this.#answer(this.#job(request.params.batch)));
    app.delete<InBatch>('/batches/:batch', (request, reply) => {
      const job = this.#job(request.params.batch);
      job.isStopped = true;
      this.#jobs.delete(job.id);
      return reply.code(204).send();
    });
  }

  /** Where `response_body_url` points to: not part of the API, and no key is asked for. */
  registerResults(app: FastifyInstance): void {
    app.get<{ Params: { address: string } }>('/batch-results/:address', (request, reply) => {
      const found = this.#addresses.get(request.params.address.replace(/\.tar\.gz$/, ''));
      if (found === undefined || found.until < this.world.clock.now().getTime())
        return reply.code(403).type('application/xml').send('<Error><Code>AccessDenied</Code></Error>');
      const files = found.job.results.map((result, index) => ({
        name: `${found.job.id}/${String(index)}.json`,
        text: JSON.stringify([result]),
      }));
      return reply.type('application/x-gzip').send(tarGz(files));
    });
  }

  async #run(job: Job): Promise<void> {
    job.status = 'started';
    for (const operation of job.operations) {
      if (job.isStopped) return;
      job.results.push(await this.#perform(operation));
    }
    job.status = 'finished';
    job.completedAt = mailchimpTime(this.world.clock.now());
  }

  async #perform({ method, path, params, body, operation_id }: Operation): Promise<Job['results'][number]> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(params)) query.set(name, String(value));
    const url = `/3.0/${path.replace(/^\//, '')}${query.size === 0 ? '' : `?${query.toString()}`}`;
    const headers = { 'content-type': 'application/json' };
    const answer = await this.#api().inject({
      method,
      url,
      ...(body === undefined ? {} : { headers, payload: body }),
    });
    return { status_code: answer.statusCode, operation_id, response: answer.body };
  }

  /** Made when it is first needed. */
  #api(): FastifyInstance {
    if (this.#inner !== null) return this.#inner;
    this.#inner = Fastify({
      bodyLimit: 160 * 1024 * 1024,
      routerOptions: { ignoreTrailingSlash: true, maxParamLength: 2_000 },
    });
    this.register(this.#inner);
    return this.#inner;
  }

  #job(id: string): Job {
    const job = this.#jobs.get(id);
    if (job === undefined) throw problems.notFound();
    return job;
  }

  #answer(job: Job): Record<string, unknown> {
    const isFinished = job.status === 'finished';
    return {
      id: job.id,
      status: job.status,
      total_operations: job.operations.length,
      finished_operations: job.results.length,
      errored_operations: job.results.filter(({ status_code }) => status_code >= 400).length,
      submitted_at: job.submittedAt,
      completed_at: job.completedAt,
      response_body_url: isFinished ? this.#addressOf(job) : '',
      _links: [],
    };
  }

  #addressOf(job: Job): string {
    const address = randomUUID();
    this.#addresses.set(address, { job, until: this.world.clock.now().getTime() + addressGoodMs });
    return `${this.world.origin()}/batch-results/${address}.tar.gz`;
  }
}

const mostJobs = 500;
