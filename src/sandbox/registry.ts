import type { Emulator, SandboxWorld } from './emulator.js';
import { createChatfuelEmulator } from './chatfuel/index.js';
import { createHubspotEmulator } from './hubspot/index.js';
import { createLandbotEmulator } from './landbot/index.js';
import { createMailchimpEmulator } from './mailchimp/index.js';
import { createManychatEmulator } from './manychat/index.js';
import { createSalesforceEmulator } from './salesforce/index.js';
import { createSmtpEmulator } from './smtp/index.js';

/** Every provider that can be tried without an account. */
export const emulators = {
  hubspot: createHubspotEmulator,
  salesforce: createSalesforceEmulator,
  mailchimp: createMailchimpEmulator,
  manychat: createManychatEmulator,
  landbot: createLandbotEmulator,
  chatfuel: createChatfuelEmulator,
  smtp: createSmtpEmulator,
} as const satisfies Record<string, (world: SandboxWorld) => Emulator>;
