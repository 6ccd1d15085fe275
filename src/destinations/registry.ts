import type { Destination } from './destination.js';
import { hubspot } from './hubspot/index.js';
import { mailchimp } from './mailchimp/index.js';
import { salesforce } from './salesforce/index.js';

/** Every provider Parley can deliver to. A new provider is one folder and one line here. */
export const destinations: readonly Destination[] = [hubspot, salesforce, mailchimp];
