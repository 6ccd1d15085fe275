import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { startSandbox } from '../sandbox-server.js';
import { createMailchimpEmulator, freshAudienceId } from './index.js';

export const list = `/3.0/lists/${freshAudienceId}`;
const anything = z.record(z.string(), z.unknown());

/** A sandbox of its own, spoken to over HTTP. Ends with the test. */
export async function sandboxAccount() {
  const sandbox = await startSandbox(createMailchimpEmulator, { port: 0 });
  onTestFinished(() => sandbox.close());
  const { origin } = sandbox;
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: {
        authorization: 'Bearer any-us1',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true && text !== '';
    return { status: response.status, body: isJson ? anything.catch({}).parse(JSON.parse(text)) : {}, text };
  };
  const subscribe = (email: string, merge_fields: object = {}, tags: readonly string[] = []) =>
    call('POST', `${list}/members`, { email_address: email, status: 'subscribed', merge_fields, tags });
  return { origin, call, subscribe };
}
export type SandboxAccount = Awaited<ReturnType<typeof sandboxAccount>>;
