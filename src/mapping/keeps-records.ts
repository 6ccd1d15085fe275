import type { Destination } from '../destinations/destination.js';
import type { Mapping } from './mapping.js';

/** Does the provider keep people? One without objects only acts: it has no mapping, and nothing is news for it. */
export const keepsRecords = ({ objects }: Pick<Destination, 'objects'>): boolean => objects.length > 0;

/** Stands where a destination that only acts has nothing: nobody has this key, so nothing is ever written by it. */
export const noMapping: Mapping = {
  object: '',
  key: { from: { constant: '' }, to: '' },
  fields: [],
  options: {},
  create: { fields: false, options: false },
};
