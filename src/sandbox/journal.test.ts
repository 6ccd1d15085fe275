import { expect, it, onTestFinished } from 'vitest';
import { createHubspotEmulator } from './hubspot/index.js';
import { startSandbox } from './sandbox-server.js';

it('keeps no credentials, whether they come in a header or in a body', async () => {
  const sandbox = await startSandbox(createHubspotEmulator, { port: 0 });
  onTestFinished(() => sandbox.close());
  await fetch(`${sandbox.origin}/oauth/v2/private-apps/get/access-token-info`, {
    method: 'POST',
    headers: { authorization: 'Bearer pat-one', 'content-type': 'application/json' },
    body: JSON.stringify({ tokenKey: 'pat-two', other: 'kept' }),
  });
  const kept = JSON.stringify(sandbox.journal.entries());
  expect(kept).not.toContain('pat-');
  expect(kept).toContain('kept');
});
