export { sandboxCredentials } from './org-state.js';
export { createSalesforceEmulator } from './salesforce-emulator.js';
