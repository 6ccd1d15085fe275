import type { Destination } from './destination.js';
import { chatfuel } from './chatfuel/index.js';
import { hubspot } from './hubspot/index.js';
import { landbot } from './landbot/index.js';
import { mailchimp } from './mailchimp/index.js';
import { manychat } from './manychat/index.js';
import { salesforce } from './salesforce/index.js';
import { smtp } from './smtp/index.js';

/** Every provider Parley can deliver to. A new provider is one folder and one line here. */
export const destinations: readonly Destination[] = [hubspot, salesforce, mailchimp, manychat, landbot, chatfuel, smtp];
