import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Environment } from '../../config/env.js';
import { type Emulator, type SandboxWorld } from '../sandbox/emulator.js';
import { emulators } from '../sandbox/registry.js';
import { type RunningSandbox, startSandbox } from '../sandbox/sandbox-server.js';

type SandboxId = keyof typeof emulators;
type SandboxPort = `SANDBOX_${Uppercase<SandboxId>}_PORT`;
type ServerPort = `SANDBOX_${Uppercase<SandboxId>}_SERVER_PORT`;

const ports = {
  hubspot: 'SANDBOX_HUBSPOT_PORT',
  salesforce: 'SANDBOX_SALESFORCE_PORT',
  mailchimp: 'SANDBOX_MAILCHIMP_PORT',
  manychat: 'SANDBOX_MANYCHAT_PORT',
  landbot: 'SANDBOX_LANDBOT_PORT',
  chatfuel: 'SANDBOX_CHATFUEL_PORT',
  smtp: 'SANDBOX_SMTP_PORT',
} as const satisfies Record<SandboxId, SandboxPort>;

/** Of those that speak another protocol beside HTTP. */
const serverPorts: Partial<Record<SandboxId, Extract<ServerPort, keyof Environment>>> = {
  smtp: 'SANDBOX_SMTP_SERVER_PORT',
};

const ids = Object.keys(emulators) as SandboxId[];
const urlVariable = (id: string): string => `SANDBOX_${id.toUpperCase()}_URL`;

type Variables = Readonly<Record<string, string | undefined>>;

/** What configuration files can name, for reading them before the sandboxes run: at these addresses nobody answers. */
export const variablesBefore = ({ variables }: Pick<Environment, 'variables'>): Variables => ({
  ...Object.fromEntries(ids.map((id) => [urlVariable(id), 'http://127.0.0.1:1'])),
  ...variables,
  // In the environment 0 means any free one.
  ...Object.fromEntries(Object.values(serverPorts).map((name) => [name, '1'])),
});

/** The same, with these running. An address in the environment counts for more: the sandbox of another process is meant. */
export const variablesWith = (
  { variables }: Pick<Environment, 'variables'>,
  running: readonly RunningSandbox[],
): Variables => ({
  ...Object.fromEntries(running.map(({ id, origin }) => [urlVariable(id), origin])),
  ...variables,
  ...Object.fromEntries(
    running.flatMap(({ id, serverPort }) =>
      serverPort === null ? [] : [[`SANDBOX_${id.toUpperCase()}_SERVER_PORT`, String(serverPort)]],
    ),
  ),
});

/** Starts every sandbox CRM, each at its own origin, with what it held when it was last stopped. */
export async function startSandboxes(env: Environment, folder: string): Promise<RunningSandbox[]> {
  mkdirSync(folder, { recursive: true });
  const running: RunningSandbox[] = [];
  try {
    for (const [id, create] of Object.entries(emulators) as [SandboxId, (world: SandboxWorld) => Emulator][]) {
      const serverPort = serverPorts[id];
      running.push(
        await startSandbox(create, {
          port: env[ports[id]],
          ...(serverPort !== undefined && { serverPort: env[serverPort] }),
          stateFile: path.join(folder, `${id}.json`),
        }),
      );
    }
  } catch (error) {
    await Promise.all(running.map((sandbox) => sandbox.close()));
    throw error;
  }
  return running;
}
