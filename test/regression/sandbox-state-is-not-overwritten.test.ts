import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createHubspotEmulator } from '../../src/sandbox/hubspot/index.js';
import { startSandbox } from '../../src/sandbox/sandbox-server.js';

// Any failure to read the file counted as "there is none", and the next save wrote an empty account over it.
it('does not start with an empty account when its saved state is there but cannot be read', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-sandbox-'));
  const stateFile = path.join(folder, 'hubspot.json');
  mkdirSync(stateFile);
  await expect(startSandbox(createHubspotEmulator, { port: 0, stateFile })).rejects.toThrow(
    /cannot read its saved state/,
  );
  rmSync(folder, { recursive: true });
});

// A failed save was an unhandled rejection, which ends the process, and counted as saved.
it('survives a save that fails, and saves as soon as it can', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-sandbox-'));
  const inner = path.join(folder, 'gone');
  mkdirSync(inner);
  const stateFile = path.join(inner, 'hubspot.json');
  const said: string[] = [];
  const sandbox = await startSandbox(createHubspotEmulator, { port: 0, stateFile, warn: (line) => said.push(line) });
  rmSync(inner, { recursive: true });
  await fetch(`${sandbox.origin}/_sandbox/reset`, { method: 'POST' });
  await expect.poll(() => said.length, { timeout: 10_000 }).toBeGreaterThan(0);
  mkdirSync(inner);
  await sandbox.close();
  expect(readFileSync(stateFile, 'utf8')).toContain('portalId');
  rmSync(folder, { recursive: true });
});
