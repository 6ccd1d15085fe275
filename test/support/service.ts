import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inject } from 'vitest';

/** The built service as a process of its own, on a data folder of its own. */
export class Service {
  #process: ChildProcess | null = null;
  output = '';

  constructor(
    readonly folder: string,
    private readonly environment: Readonly<Record<string, string>> = {},
  ) {}

  /** Where it says it is reached: `Parley` itself, or a sandbox by its title. @throws when it ended instead of starting */
  async start(): Promise<this> {
    this.output = '';
    const buildFailure = inject('buildFailure');
    if (buildFailure !== null) throw new Error(buildFailure);
    const child = spawn(process.execPath, ['dist/src/main.js'], {
      env: {
        ...process.env,
        DATA_DIR: path.join(this.folder, '.data'),
        PORT: '0',
        SANDBOX_HUBSPOT_PORT: '0',
        SANDBOX_SALESFORCE_PORT: '0',
        SANDBOX_MAILCHIMP_PORT: '0',
        SANDBOX_MANYCHAT_PORT: '0',
        SANDBOX_LANDBOT_PORT: '0',
        SANDBOX_CHATFUEL_PORT: '0',
        SANDBOX_SMTP_PORT: '0',
        SANDBOX_SMTP_SERVER_PORT: '0',
        LOG_LEVEL: 'error',
        DATABASE_URL: '',
        REDIS_URL: '',
        ...this.environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    await new Promise<void>((resolve, reject) => {
      const read = (chunk: Buffer): void => {
        this.output += chunk.toString();
        if (this.isUp) resolve();
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('exit', (code) => reject(new Error(`the service ended with ${String(code)}: ${this.output}`)));
    });
    return this;
  }

  /** Has it said that it has started? One that was killed is up until it is started again. */
  get isUp(): boolean {
    return this.output.includes('Ctrl-C stops everything');
  }

  get url(): string {
    return this.#said(/is running at (\S+)/);
  }

  get apiKey(): string {
    return this.#said(/(parley_\S+)/);
  }

  sandbox(title: string): string {
    return this.#said(new RegExp(`${title} sandbox\\s+(\\S+)/_sandbox`));
  }

  /** Sends a signal and waits for the end. Returns the exit code; null: ended by the signal. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.#process;
    if (child === null) return null;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exit = once(child, 'exit');
    child.kill(signal);
    const [code] = (await exit) as [number | null];
    return code;
  }

  #said(pattern: RegExp): string {
    const found = pattern.exec(this.output)?.[1];
    if (found === undefined) throw new Error(`the service did not say ${String(pattern)}: ${this.output}`);
    return found;
  }
}

/** Folders for data that may vanish, also where they link to a place that PostgreSQL's own user can reach. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-e2e-'));
  return {
    path: folder,
    remove: () => {
      const data = path.join(folder, '.data/postgres');
      try {
        rmSync(realpathSync(data), { recursive: true, force: true });
      } catch {
        // never made
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Asks again until `condition` holds. @throws after `seconds` with the last answer */
export async function eventually<T>(
  ask: () => Promise<T>,
  condition: (answer: T) => boolean,
  seconds = 30,
): Promise<T> {
  const until = Date.now() + seconds * 1_000;
  for (;;) {
    const answer = await ask();
    if (condition(answer)) return answer;
    if (Date.now() > until) throw new Error(`still not so after ${seconds} s: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A ManyChat contact as the demo's source gets it. */
export function postContact(url: string, contact: Readonly<Record<string, unknown>>): Promise<Response> {
  return fetch(`${url}/hooks/demo-manychat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-parley-secret': 'demo-secret' },
    body: JSON.stringify(contact),
  });
}
