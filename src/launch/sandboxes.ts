import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Environment } from '../../config/env.js';
import { type Emulator, type SandboxWorld } from '../sandbox/emulator.js';
import { emulators } from '../sandbox/registry.js';
import { type RunningSandbox, startSandbox } from '../sandbox/sandbox-server.js';

type SandboxPort = `SANDBOX_${Uppercase<keyof typeof emulators>}_PORT`;

const ports = {
  hubspot: 'SANDBOX_HUBSPOT_PORT',
  salesforce: 'SANDBOX_SALESFORCE_PORT',
  mailchimp: 'SANDBOX_MAILCHIMP_PORT',
  manychat: 'SANDBOX_MANYCHAT_PORT',
  landbot: 'SANDBOX_LANDBOT_PORT',
  chatfuel: 'SANDBOX_CHATFUEL_PORT',
} as const satisfies Record<keyof typeof emulators, SandboxPort>;

/** What configuration files call the sandboxes' addresses, for reading them before the sandboxes run. */
export const sandboxPlaceholders = Object.fromEntries(
  Object.keys(emulators).map((id) => [`SANDBOX_${id.toUpperCase()}_URL`, 'http://127.0.0.1:1']),
);

/** Starts every sandbox CRM, each at its own origin, with what it held when it was last stopped. */
export async function startSandboxes(env: Environment, folder: string): Promise<RunningSandbox[]> {
  mkdirSync(folder, { recursive: true });
  const running: RunningSandbox[] = [];
  try {
    for (const [id, create] of Object.entries(emulators) as [keyof typeof ports, (world: SandboxWorld) => Emulator][])
      running.push(await startSandbox(create, { port: env[ports[id]], stateFile: path.join(folder, `${id}.json`) }));
  } catch (error) {
    await Promise.all(running.map((sandbox) => sandbox.close()));
    throw error;
  }
  return running;
}
