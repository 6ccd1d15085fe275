import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { SandboxClock } from './emulator.js';
import { UnparsableBody } from './emulator.js';

/** One request that reached the sandbox, with its answer. `status` 0: the connection was dropped. */
export interface JournalEntry {
  readonly number: number;
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  readonly status: number;
  readonly answer: unknown;
  readonly fault: string | null;
}

const kept = 10_000;
const secretHeaders = new Set(['authorization', 'cookie', 'x-api-key']);
/** As the providers call credentials in bodies and answers; always at the top level. */
const secretFields = new Set(['tokenKey', 'access_token', 'refresh_token', 'client_secret', 'assertion', 'password']);
const longest = 20_000;

/** The last 10,000 requests and answers, without the control API's own. Secrets are masked. */
export class Journal {
  #entries: JournalEntry[] = [];
  #count = 0;
  readonly #answers = new WeakMap<FastifyRequest, unknown>();
  readonly #faults = new WeakMap<FastifyRequest, string>();
  readonly #added = new WeakSet<FastifyRequest>();

  constructor(private readonly clock: SandboxClock) {}

  /** Requests ever seen, also those no longer kept. */
  get count(): number {
    return this.#count;
  }

  entries(filter: { readonly method?: string | undefined; readonly path?: string | undefined } = {}): JournalEntry[] {
    return this.#entries.filter(
      (entry) =>
        (filter.method === undefined || entry.method === filter.method.toUpperCase()) &&
        (filter.path === undefined || entry.path.startsWith(filter.path)),
    );
  }

  clear(): void {
    this.#entries = [];
    this.#count = 0;
  }

  /** Notes that a planned fault was played for this request. */
  played(request: FastifyRequest, fault: string): void {
    this.#faults.set(request, fault);
  }

  observe(app: FastifyInstance): void {
    app.addHook('onSend', (request, _reply, payload, done) => {
      this.#answers.set(request, payload);
      done(null, payload);
    });
    app.addHook('onResponse', (request, reply, done) => {
      this.#add(request, reply.statusCode);
      done();
    });
  }

  /** For connections that the sandbox itself dropped: no response hook fires for those. */
  dropped(request: FastifyRequest): void {
    this.#add(request, 0);
  }

  #add(request: FastifyRequest, status: number): void {
    if (request.url.startsWith('/_sandbox') || this.#added.has(request)) return;
    this.#added.add(request);
    this.#count += 1;
    this.#entries.push({
      number: this.#count,
      at: this.clock.now().toISOString(),
      method: request.method,
      path: request.url,
      headers: masked(request.headers, secretHeaders),
      body: withoutSecrets(readable(request.body)),
      status,
      answer: status === 0 ? null : withoutSecrets(parsed(this.#answers.get(request))),
      fault: this.#faults.get(request) ?? null,
    });
    if (this.#entries.length > kept * 1.1) this.#entries = this.#entries.slice(-kept);
  }
}

const masked = (fields: object, secrets: ReadonlySet<string>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, secrets.has(name) ? '***' : (value as unknown)]),
  );

function withoutSecrets(content: unknown): unknown {
  if (content === null || typeof content !== 'object') return content;
  return Object.keys(content).some((name) => secretFields.has(name)) ? masked(content, secretFields) : content;
}

function readable(body: unknown): unknown {
  if (body instanceof UnparsableBody) return body.text;
  if (Buffer.isBuffer(body)) return body.toString('utf8').slice(0, longest);
  return body ?? null;
}

function parsed(payload: unknown): unknown {
  if (Buffer.isBuffer(payload)) return payload.toString('utf8').slice(0, longest);
  if (typeof payload !== 'string') return null;
  try {
    return JSON.parse(payload);
  } catch {
    return payload.slice(0, longest);
  }
}
