import { type AddressInfo, createServer } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { readEnvironment } from '../../config/env.js';
import { createApp } from '../../src/launch/create-app.js';
import { destinationInput } from '../../src/provisioning/configuration-schema.js';
import { Configuration } from '../../src/provisioning/configuration.service.js';
import { ApiKeys } from '../../src/security/api-keys.service.js';

/** What the API answered; `body` is parsed where it is JSON. */
export interface ApiAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: unknown;
}

/** A port that is free now: for who has to know its address before it listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The whole application in this process, listening on a free port, with an API key of its own. */
export async function startParleyHere(databaseUrl: string, variables: Readonly<Record<string, string>> = {}) {
  const env = readEnvironment({
    DATABASE_URL: databaseUrl,
    ENCRYPTION_KEY: 'a'.repeat(64),
    PUBLIC_URL: 'https://parley.test',
    LOG_LEVEL: 'silent',
    PORT: '0',
    ...variables,
  });
  const app: NestFastifyApplication = await createApp(env, databaseUrl);
  await app.listen(env.PORT, '127.0.0.1');
  const url = (await app.getUrl()).replace('[::1]', 'localhost');
  const key = await app.get(ApiKeys).create('test');
  const configuration = app.get(Configuration);

  const ask = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = { authorization: `Bearer ${key}` },
  ): Promise<ApiAnswer> => {
    const sent =
      body === undefined
        ? { headers }
        : {
            headers: { 'content-type': 'application/json', ...headers },
            body: typeof body === 'string' ? body : JSON.stringify(body),
          };
    const answer = await fetch(`${url}${path}`, { method, ...sent });
    const text = await answer.text();
    const type = answer.headers.get('content-type') ?? '';
    return { status: answer.status, type, body: type.includes('json') ? (JSON.parse(text) as unknown) : text };
  };
  return {
    app,
    url,
    get: app.get.bind(app),
    ask,
    /** Connects a destination as a configuration file would. */
    connect: (input: unknown): Promise<void> =>
      configuration.change((manager) => configuration.saveDestination(manager, destinationInput.parse(input), 'file')),
    close: () => app.close(),
  };
}
export type ParleyHere = Awaited<ReturnType<typeof startParleyHere>>;
