import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { createSmtpEmulator, sandboxMailLogin } from '../../sandbox/smtp/index.js';
import { startSandbox } from '../../sandbox/sandbox-server.js';
import type { ActionRequest, ActionResult } from '../action.js';
import type { CallGate, Json } from '../destination.js';
import { testContext } from '../test-support.js';
import { smtp } from './definition.js';
import { settingsSchema } from './settings.js';

export const openGate: CallGate = (_call, send) => send(AbortSignal.timeout(10_000));

const accountSchema = z.object({
  outbox: z.array(
    z.looseObject({
      from: z.string(),
      to: z.array(z.string()),
      subject: z.string(),
      text: z.string(),
      source: z.string(),
    }),
  ),
  refused: z.array(z.looseObject({ what: z.string(), reply: z.string() })),
});

/** What one says of a mail server. */
export const connectionTo = (settings: object, gate = openGate, memory = new Map<string, Json>()) =>
  smtp.connect(
    settingsSchema.parse({ host: '127.0.0.1', security: 'none', from: 'parley@acme.test', ...settings }),
    testContext({ call: gate }, memory),
  );

/** The sandbox with a connection to it. */
export async function rehearse(settings: object = {}) {
  const sandbox = await startSandbox(createSmtpEmulator, { port: 0 });
  onTestFinished(() => sandbox.close());
  const put = async (path: string, body: unknown): Promise<void> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${sandbox.origin}/_sandbox/${path}`, {
      method: 'PUT',
      headers,
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await answer.text());
  };
  const account = async () => accountSchema.parse(await (await fetch(`${sandbox.origin}/_sandbox/state`)).json());
  return {
    sandbox,
    put,
    account,
    connection: connectionTo({ port: sandbox.serverPort, ...sandboxMailLogin, ...settings }),
    outbox: async () => (await account()).outbox,
    /** What the server does from now on, with all it has taken so far. */
    behave: async (behaviour: object) => put('state', { ...(await account()), behaviour }),
  };
}

/** Any other mail server on this machine. @returns its port */
export async function mailServer(options: SMTPServerOptions): Promise<number> {
  const server = new SMTPServer({ disableReverseLookup: true, logger: false, ...options });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(resolve);
      }),
  );
  return (server.server.address() as AddressInfo).port;
}

export const runOf = (input: object, runId = '0198b1a2-0000-7000-8000-000000000001'): ActionRequest => ({
  runId,
  input: { subject: 'Call back', text: 'Ada asks for a call.', ...input },
  subject: null,
  plannedAt: new Date(),
});

/** The result of one mail. */
export async function send(
  { connection }: { readonly connection: ReturnType<typeof connectionTo> },
  request: ActionRequest,
): Promise<ActionResult | undefined> {
  const [result] = (await connection.perform?.('email.send', [request])) ?? [];
  return result;
}
