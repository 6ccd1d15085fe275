import { expect, it } from 'vitest';
import { readConfiguration } from '../../src/provisioning/read-configuration.js';

// The file that comes with Parley and counts only for the sandboxes asked for their addresses, so no service without them started.
it('starts without the sandboxes with the configuration that comes with it', () => {
  const configuration = readConfiguration({ folder: 'config', variables: {}, sandbox: false });
  expect(Object.values(configuration).flat()).toEqual([]);
});
