import type { Emulator, SandboxWorld } from './emulator.js';
import { createHubspotEmulator } from './hubspot/index.js';
import { createMailchimpEmulator } from './mailchimp/index.js';
import { createSalesforceEmulator } from './salesforce/index.js';

/** Every provider that can be tried without an account. */
export const emulators = {
  hubspot: createHubspotEmulator,
  salesforce: createSalesforceEmulator,
  mailchimp: createMailchimpEmulator,
} as const satisfies Record<string, (world: SandboxWorld) => Emulator>;
