import type { Destination } from './destination.js';

/** Every provider Parley can deliver to. A new provider is one folder and one line here. */
export const destinations: readonly Destination[] = [];
