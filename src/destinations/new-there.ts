import type { OutgoingRecord } from './destination.js';

/**
 * Where a record's key is its id at the provider: one that is known under another id is somebody else there, of whom nothing is known yet,
 * so all has to be written.
 */
export const isNewThere = ({ key, known }: Pick<OutgoingRecord, 'key' | 'known'>): boolean => known?.remoteId !== key;
